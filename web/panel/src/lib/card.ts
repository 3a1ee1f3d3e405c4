/** Cards, as the station compares them. */

/** A card's number in hex, shorter than `bytes`, stands in sessions with zeros behind it; anything else as it is. */
function filledUp(tag: string, bytes: number): string {
  const hexadecimal = /^([0-9a-f]{2})+$/.test(tag);
  return hexadecimal ? tag.padEnd(2 * bytes, "0") : tag;
}

/** Whether a session's tag is this person's card; nobody has the empty one. */
export function isCard(tag: string, card: string, bytes: number): boolean {
  const [one, other] = [tag.toLowerCase(), card.toLowerCase()];
  return other !== "" && filledUp(one, bytes) === filledUp(other, bytes);
}
