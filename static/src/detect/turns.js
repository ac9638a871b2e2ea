// @ts-check
/*
 * Baits and controls of one view, turn by turn: what rounds.js and second.js try.
 */

import { doc } from "../browser/native.js";
import { IMAGE, IMAGE_CONTROL, LEAST_WITNESS, SCRIPT, SCRIPT_CONTROL, SILENT, SIZED_IMAGE, SIZED_SCRIPT, STOPPED } from "../contract.js";

const FOLDERS = { script: SCRIPT, script_control: SCRIPT_CONTROL, image: IMAGE, image_control: IMAGE_CONTROL };
const SIZED_FOLDERS = { ...FOLDERS, script: SIZED_SCRIPT, image: SIZED_IMAGE };

/** @param {View} view */
export const makeTurns = ({ base, number, tried, deadline, loadScript, isGone, sized }) => {
  /**
   * A picture's witness is its size.
   * @param {string} url
   * @returns {Promise<string>}
   */
  const loadImage = (url) =>
    new Promise((resolve) => {
      const image = doc.createElement("img");
      setTimeout(resolve, deadline, SILENT);
      image.onerror = () => resolve(STOPPED);
      image.onload = () => resolve(image.naturalWidth + "x" + image.naturalHeight);
      image.src = url;
    });

  /** @param {keyof typeof FOLDERS} family */
  const arrives = async (family) => {
    const isImage = family.startsWith("image");
    const witnesses = (tried[family] = tried[family] || []);
    const turn = witnesses.push(SILENT) - 1;
    const stem = `${base}/${(sized ? SIZED_FOLDERS : FOLDERS)[family]}${number}-${turn}`;
    witnesses[turn] = await (isImage ? loadImage(stem + ".gif") : loadScript(stem + ".js"));
    return witnesses[turn].length >= LEAST_WITNESS;
  };

  /** @param {number} turn */
  const control = (turn) => arrives(turn % 2 ? "image_control" : "script_control");

  return {
    arrives,
    /** @param {number[]} turns */
    controls: async (turns) => (await Promise.all(turns.map(control))).every(Boolean) && !isGone(),
  };
};
