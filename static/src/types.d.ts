// What the modules hand each other.

/** What the operator has set, false and empty left out; the server hands it to client.js, see adnotice/detect/client.py. */
declare const SETTINGS: {
  gpc?: boolean;
  expose?: boolean;
  /** Nothing before the reader has consented to be measured. */
  consent?: boolean;
  /** Whether the site's own scripts find window.adnotice. */
  offer?: boolean;
  /** The share of views that are measured. */
  sample: number;
  /** What reports say of that share, where it was halved; see adnotice/detect/shares.py. */
  drawn?: { share: string };
  referrers?: boolean;
  navigations?: boolean;
  probe?: ProbeSettings;
};

interface ProbeSettings {
  /** What the ad script's address holds on every page. */
  address: string;
  url: string;
  effects: string[];
  /** Whose slots can be seen to be filled. */
  preset?: string;
  load?: boolean;
  consent?: string;
}

/** What the reader has consented to; what is left out stays as it was. */
interface Consents {
  measure?: boolean;
  ask?: boolean;
}

/** What became of the ad script; see adnotice/detect/report.py. */
interface Probed {
  probe?: string;
  probe_answers?: string[];
  others?: string;
  filled?: boolean;
  csp?: boolean;
}

/** How the page stands to asking. */
interface Standing {
  /** `<meta name="adnotice" content="quiet">` */
  marked?: boolean;
  supporter?: boolean;
  /** An appeal of the site's own, marked `data-adnotice-appeal`. */
  appeal?: boolean;
  /** "there" or "hidden" where a place for the notice is marked; see marks.js. */
  slot?: string;
}

/** What the test has seen; what is true of `clear` and `stopped` follows from the lists that are reported. */
interface Evidence extends Probed, Standing {
  clear?: boolean;
  /** Every bait, while every control arrived. */
  stopped?: boolean;
}

/** One view under test. */
interface View {
  base: string;
  /** In the addresses of its baits. */
  number: string;
  /** What came, turn by turn, by family. */
  tried: Record<string, string[]>;
  /** In ms. */
  deadline: number;
  loadScript(url: string): Promise<string>;
  isGone(): boolean;
  /** Whether the baits are those for pages under a service worker. */
  sized: boolean;
}

interface Probe {
  (view: View, seen: Evidence): Promise<Probed>;
}

interface RoundsDetail extends View {
  tell(seen: Evidence): void;
}

interface ProbeDetail {
  settings: ProbeSettings;
  view: View;
  /** Whether the baits arrived; else all were stopped. */
  clear: boolean;
  bring(name: string, detail: object, failed: () => void): void;
  makeScript(url: string): HTMLScriptElement;
  /** When the events began to be heard, in ms since the page did. */
  began: number;
  heard: Event[];
  /** The scripts that stood there at the page's load event. */
  stood: Element[];
  tell(probed: Probed): void;
}

interface ConsentDetail {
  /** Nothing: the one that shows itself on the page, if any does. */
  tool?: string;
  tell(allowed: boolean): void;
}

interface SecondDetail {
  /** Of the script that failed. */
  url: string;
  /** What every address of it holds. */
  address: string;
  view: View;
  heard: Event[];
  works(): boolean;
  tell(probed: Probed): void;
}

interface SlotsDetail {
  preset: string;
  tell(probed: Probed): void;
}

interface PagesDetail {
  /** Of the page that client.js found. */
  path: string;
  changed(): void;
}

/** What is explained of a view; empty where it ended before it was reported. */
interface Told extends Partial<Found> {
  why?: string;
  id?: string;
}

/** The answer to a report. */
interface Found {
  verdict: string;
  kind: string | null;
  ground: string;
  counted: boolean;
  quiet: string | null;
  notice: object | null;
}

/** What the notice is given; see adnotice/notice/content.py. */
interface Content {
  state: "ask" | "still" | "thanks";
  kind: "content" | "hosts";
  lang: string;
  dir: string;
  /** The site's name, as the sentences have it. */
  site: string;
  /** Sentences by name. */
  text: Record<string, string>;
  /** The likely one first; none: the reader is asked for support. */
  blockers: { name: string; steps: string[]; /** A product's own, in its own language. */ label: string; label_lang: string }[];
  links: Link[];
  shape: "bar" | "card";
  /** What lies over the page waits so many seconds, and until so many per cent of the page's height have been in the window. */
  delay: number;
  depth: number;
  /** The operator's, for light and for dark pages; empty: the page's ink. */
  accents: { light: string; dark: string };
  /** The site's own privacy page, if it has one. */
  privacy: string;
  /** Empty: nothing is counted. */
  ticket: string;
  preview: boolean;
}

/** A notice for the operator to look at. */
interface PreviewContent extends Content {
  /** Whose steps it has. */
  device: string;
  /** What the address takes: kinds, devices, and the languages that this site speaks. */
  choices: Record<"kind" | "device" | "lang", string[]>;
}

interface Link {
  label: string;
  address: string;
}

/** What the controls of the collapsed notice do. */
interface Acts {
  later(): void;
  follow(label: string): void;
  steps(): void;
  more(): void;
}

interface NoticeDetail {
  /** null: a preview */
  content: Content | null;
  /** Of the view that is asked, wherever an application has gone on meanwhile. */
  page?: string;
  /** Where adnotice's addresses begin. */
  base: string;
  /** Whether the reader refused to be measured, or to be asked, by now. */
  refused(): boolean;
  bring(name: string, detail: object, failed?: () => void): void;
  post(address: string, body: string): Promise<unknown>;
  /** null: it could not be checked */
  recheck(ticket: string, kind: string): Promise<{ verdict: string } | null>;
  /** Whether the site's own scripts are told of choices. */
  expose?: boolean;
}

type Notice = import("./notice/collapsed.js").Notice;

/** One way to stand there: the room beside its words, in px, and how many levels of `fit` may be tried with it; all, where left out. */
interface Look {
  start: number;
  end: number;
  levels?: number;
}

/** Where a notice stands; see place.js and slot.js. */
interface Spot {
  /** Whether it lies over the page: then its arrival is told, and it must cover nothing that has the focus. */
  floats: boolean;
  put(): void;
  measure(em: number): string;
  looks(em: number): Iterable<Look>;
  may(em: number): boolean;
  settle(): void;
  /** The steps are about to open, or have closed. */
  open?(opens: boolean): void;
  /** Whether it shows a title and two buttons only. */
  isBare?: boolean;
  /** What readers look at, where it is not the notice itself. */
  seen?: Element;
  release(): void;
}

/** What a press brings; see panel.js. */
interface Panel {
  steps(): void;
  more(): void;
  escape(): void;
  support(): void;
  /** Whether a reader who comes back is thanked. */
  greet(): boolean;
  leave(): void;
  farewell(): void;
  uncover(): void;
}

interface PanelDetail {
  notice: Notice;
  tell(panel: Panel): void;
}

interface PreviewDetail {
  detail: NoticeDetail;
  show(content: Content): Promise<Notice | null>;
}

/** What the parts are given that know a place for the notice. */
interface PlaceDetail {
  content: Content;
  make(findSpot: (notice: Notice) => Spot): Notice;
  /** The notice; of places that a page marks it stands already, and null says that none can be used. */
  tell(notice: Notice | null): void;
}

interface DelayedDetail {
  content: Content;
  detail: NoticeDetail;
  /** Whether the reader is still on the page, has come so far, and may be asked. */
  tell(isTime: boolean): void;
}

declare module "*.css" {
  const text: string;
  export default text;
}
