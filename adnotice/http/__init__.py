"""Requests to our own addresses and their answers: admitted, given to who answers, sent."""
