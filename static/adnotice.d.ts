// What adnotice gives the site's own scripts, with expose_verdict=True or consent="required".

export interface AdNoticeVerdict {
  /** "unknown" too where nothing is measured: GPC, DNT, Save-Data, no consent, no answer in 15 seconds. */
  verdict: "clear" | "partly" | "blocked" | "unknown";
  /** How ads are blocked: by a content blocker, or by DNS or a tracker list. null unless blocked. */
  kind: "content" | "hosts" | null;
}

export interface AdNotice {
  /** Resolves once for this document, and always. */
  readonly verdict: Promise<AdNoticeVerdict>;
  /** Tests again, now; counts nothing. */
  recheck(): Promise<AdNoticeVerdict>;
  /** Tells what the reader decided; false ends a test that is under way. Before adnotice is there, set
   * `window.adnotice = { consent: true }` instead. */
  consent(given: boolean): void;
}

declare global {
  interface Window {
    adnotice?: AdNotice;
  }
  interface DocumentEventMap {
    "adnotice:verdict": CustomEvent<AdNoticeVerdict>;
    "adnotice:choice": CustomEvent<{ choice: "later" | "never" | "supports" | "howto" | "rechecked" }>;
  }
}
