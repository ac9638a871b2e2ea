// Made by `make static` from adnotice/contract.py: change it there.
export const REPORT = "outcome";
export const NOTICE = "notice";
export const CHOICE = "choice";
export const ABOUT = "about";
export const OBJECT = "about/objection";
export const SCRIPT = "adverts/adserve/";
export const SCRIPT_CONTROL = "check/";
export const IMAGE = "pix/ads/images/";
export const IMAGE_CONTROL = "signal/";
export const SIZED_SCRIPT = "img/728x90/";
export const SIZED_IMAGE = "img/468x60/";
export const STYLE = "assets/ads/";
export const STYLE_CONTROL = "sheet/";
export const NOTICE_ELEMENT = "reader-notice";
export const OBJECTION = "adnotice-objection";
export const OBJECTED = "the reader objects";
export const STOPPED = "";
export const SILENT = "late";
export const ARRIVED = "arrived";
export const REPLACED = "replaced";
export const UNLISTED = "ajax.googleapis.com bootstrapcdn.com cdnjs.cloudflare.com code.jquery.com fonts.googleapis.com fonts.gstatic.com jsdelivr.net player.vimeo.com unpkg.com use.typekit.net www.youtube.com";
export const LEAST_WITNESS = 5;
export const ROUNDS = 4;
export const GROUNDS = /** @type {Record<string, string>} */ ({
  "script bait arrived": "The first test came through. Nothing more is asked of such a view.",
  "script bait arrived on a retry": "The first test was lost on the way, a later one came through.",
  "image bait arrived": "The script tests were lost on the way, an image test came through.",
  "script and image baits stopped": "Every test was stopped, of two kinds and over several rounds, while its neutral twin arrived each time.",
  "baits arrived, ad script failed": "Our own tests came through, the site’s ad script did not: the hosts of ads are out of reach.",
  "script baits stopped, image bait arrived": "The two kinds of test contradict each other.",
  "a control did not arrive": "A neutral twin was lost too: it may be the network.",
  "no answer in time": "Tests got no answer. Blockers answer at once, so this is no blocker’s doing.",
  "the page's own policy": "The page’s Content-Security-Policy stopped a test.",
  "test not finished": "The reader left before the test was over.",
  "consent refused or pending": "The reader has not allowed ads in the consent dialog.",
  "ad script still loading": "The site’s ad script had neither worked nor failed yet.",
  "baits stopped, yet an ad slot was filled": "A blocker stops our tests, yet lets ads of this site through.",
  "baits arrived, ad script replaced": "Something in the browser answered in place of the ad script’s host.",
  "ad script failed, its address answers": "The site’s ad script failed, but its address answers when it is asked again: it was lost on its way, or stopped by the reader.",
  "nothing of other third parties arrived": "The site’s ad script failed, and nothing of any other site was seen to arrive: it may be the reader’s network.",
  "baits not believed now": "Our tests fail for so many that they can’t be believed at present.",
  "ad script not believed now": "The site’s ad script fails for so many that its host is probably down.",
  "the reader objects": "The reader said “don’t count my views”: nothing is tested, and nothing is counted."
});
export const QUIETS = /** @type {Record<string, string>} */ ({
  "not-blocked": "No blocker was found",
  "partly": "A blocker is on, yet ads arrived",
  "mode": "adnotice was told to measure only",
  "bot": "A robot looked at the page",
  "excluded": "The page is one where nobody is asked",
  "consent": "The reader had not consented to be asked",
  "supports": "The reader said “I already support you”",
  "never": "The reader said “don’t ask again”",
  "later": "The reader said “not now” less than the set number of days ago",
  "allowed": "A check had found ads allowed less than 180 days ago",
  "first-page": "It was the first page of a visit",
  "supporter": "The site knows the reader as a supporter",
  "marked-page": "The page is marked as one where nobody is asked",
  "country": "Nobody is asked in the reader’s country",
  "own-appeal": "The site’s own appeal was on the page",
  "everyone": "Everyone was left in peace at that time",
  "slot-hidden": "The place for the notice was hidden on the page",
  "nothing-to-do": "There was nothing that this reader could do to let ads through"
});
export const ODD = 0xd1b54a32d192ed039e3779b97f4a7c15n;
