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
  referrers?: boolean;
  navigations?: boolean;
  probe?: ProbeSettings;
};

interface ProbeSettings {
  /** What the ad script's address holds on every page. */
  address: string;
  url: string;
  effects: string[];
  load?: boolean;
  consent?: string;
}

/** What the reader has consented to; what is left out stays as it was. */
interface Consents {
  measure?: boolean;
  ask?: boolean;
}

interface Probed {
  probe: string;
  probe_failures?: number;
}

interface ProbeDetail {
  settings: ProbeSettings;
  makeScript(url: string): HTMLScriptElement;
  controls(turns: number[]): Promise<boolean>;
  /** How many errors the ad script has had. */
  errors(): number;
  tell(probed: Probed): void;
}

interface PagesDetail {
  /** Of the page that client.js found. */
  path: string;
  changed(): void;
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

declare module "*.css" {
  const text: string;
  export default text;
}
