"""`make newcomer`: the pages of docs/start followed to the letter by somebody who has nothing but them."""
