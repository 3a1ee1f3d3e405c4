// The file for the support, put together where the added files are: in the browser. The station gives its own part of
// at most 4 MiB and never sees the rest, for which it has neither memory nor a disk to wear.
import { fetched } from "../lib/api";
import { extended } from "../lib/zip";
import { entries, type Attachment } from "./attachments";

/** Make it and hand it to the browser to keep. Throws Refused, NoZip, or the
 * browser's error where a file cannot be read any more. */
export async function download(said: Record<string, string>, added: readonly Attachment[]): Promise<void> {
  const query = new URLSearchParams(said).toString();
  const { name, data } = await fetched(`/api/files/support.zip?${query}`);
  keep(name, await extended(data, entries(added)));
}

function keep(name: string, data: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data);
  link.download = name;
  link.click();
  // Some browsers begin to read only after this turn, and a phone asks its owner first.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
