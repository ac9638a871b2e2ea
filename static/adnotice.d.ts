// What adnotice gives the site's own scripts, with expose_verdict=True, measure_consent="required" or
// ask_consent="required".

export interface AdNoticeVerdict {
  /** "unknown" too where nothing is measured: GPC, DNT, Save-Data, an objection, consent refused, no answer within 15 seconds of the
   * test's begin. */
  verdict: "clear" | "partly" | "blocked" | "unknown";
  /** How ads are blocked: by a content blocker, or by DNS or a tracker list. null unless blocked. */
  kind: "content" | "hosts" | null;
}

export interface AdNotice {
  /** Resolves once for this document: when its view is judged or can't be; it waits with the test while the tab is hidden
   * or the reader has not decided yet. */
  readonly verdict: Promise<AdNoticeVerdict>;
  /** Tests again, now; counts nothing. */
  recheck(): Promise<AdNoticeVerdict>;
  /** Tells what the reader decided; what is left out stays as it was. true is { measure: true } and never a consent to
   * be asked; false is neither, and ends a test that is under way. Who refuses to be measured is never asked. Before
   * adnotice is there, set `window.adnotice = { consent: { measure: true } }` instead. */
  consent(given: AdNoticeConsents | boolean): void;
  /** Whether the site knows the reader as one who supports it, who is measured and never asked. Say so by the time the page
   * has loaded, whatever is set: `window.adnotice = Object.assign(window.adnotice || {}, { supporter: true })`. */
  supporter?: boolean;
}

export interface AdNoticeConsents {
  /** To find out whether ads are blocked in this view, and to count it. */
  measure?: boolean;
  /** To be shown the notice where they are. */
  ask?: boolean;
}

declare global {
  interface Window {
    adnotice?: AdNotice;
  }
  interface DocumentEventMap {
    "adnotice:verdict": CustomEvent<AdNoticeVerdict>;
    /** The notice is on screen. */
    "adnotice:shown": CustomEvent<{ kind: "content" | "hosts" }>;
    "adnotice:choice": CustomEvent<{ choice: "later" | "never" | "supports" | "howto" | "support-link" | "rechecked" }>;
  }
}
