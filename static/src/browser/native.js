// @ts-check
/*
 * Reads the document and the window past the names that markup gives them: `<img name=head>` is what document.head
 * returns, for elements with a name or an id stand before a document's own properties. Prototypes know no elements.
 *
 * Old sites give globals another meaning: `var URL = "/shop/"`, arrays with a `reduce` and a `toJSON` of Prototype.js. So
 * what every view runs asks for no URL, Image or Node, and reduces nothing.
 */

/**
 * An object as its prototype has it, whatever elements lie in front of it.
 * @template {object} T
 * @param {object} prototype
 * @param {T} object
 * @returns {T}
 */
export const native = (prototype, object) =>
  /** @type {T} */ (
    new Proxy(prototype, {
      get: (_, name) => {
        const value = Reflect.get(prototype, name, object);
        return typeof value === "function" ? value.bind(object) : value;
      },
    })
  );

export const doc = native(Document.prototype, document);

/**
 * What a reading gives; undefined where it throws, as a blocker's trap on the name of an ad script does.
 * @param {() => any} get
 */
const read = (get) => {
  try {
    return get();
  } catch {
    return undefined;
  }
};

/**
 * A value that the site, or the browser, put into the window; undefined where there is none, or only an element or a frame.
 * @param {string} name
 */
export const siteValue = (name) => {
  const value = ({}).hasOwnProperty.call(window, name) ? /** @type {any} */ (window)[name] : undefined;
  const isMarkup = value && (value.window === value || value.nodeType);
  return isMarkup ? undefined : value;
};

/**
 * The site's value under a dotted name, or undefined.
 * @param {string} name
 */
export const findValue = (name) => {
  const [first, ...rest] = name.split(".");
  let value = read(() => siteValue(first));
  for (const part of rest) value = value == null ? undefined : read(() => value[part]);
  return value;
};
