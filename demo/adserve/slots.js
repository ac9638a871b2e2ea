// The demo's stand-in for an ad network: fills the slots of the page with advertisements of firms that don't exist.
(() => {
  const offers = [
    ["tea", "Hollow Hill Tea", "First harvest, in tins of one hundred grams"],
    ["bikes", "Wheelwright & Daughters", "City bicycles, built to be repaired"],
    ["garden", "Green Corner", "Bulbs for autumn, roots and all"],
  ];
  document.querySelectorAll("[data-slot]").forEach((slot, turn) => {
    const [look, name, line] = offers[(turn + location.pathname.length) % offers.length];
    const offer = document.createElement("div");
    offer.className = `offer ${look}`;
    for (const [tag, text] of [["small", "Advertisement"], ["strong", name], ["span", line]]) {
      offer.append(Object.assign(document.createElement(tag), { textContent: text }));
    }
    slot.replaceChildren(offer);
  });
})();
