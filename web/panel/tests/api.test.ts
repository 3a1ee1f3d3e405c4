import { afterEach, expect, test, vi } from "vitest";
import { perform } from "../src/lib/api";
import { NO_ANSWER } from "../src/lib/words";

afterEach(() => vi.unstubAllGlobals());

function answering(answer: () => Promise<Response>) {
  const fetched = vi.fn<typeof fetch>(answer);
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

const breaking = () => Promise.reject(new TypeError("connection reset"));

test("an operation is a POST of its arguments as JSON", async () => {
  const fetched = answering(async () => Response.json({ value: null }));
  await perform("plug_in", { cable_ma: 32_000 });
  const [url, init] = fetched.mock.calls[0] ?? [];
  expect(url).toBe("/api/operations/plug_in");
  expect(init).toMatchObject({
    method: "POST",
    body: '{"cable_ma":32000}',
    headers: { "content-type": "application/json" },
  });
});

test("what the station says about a failure is passed on", async () => {
  answering(async () => Response.json({ error: "The cable is locked." }, { status: 409 }));
  await expect(perform("unplug", {})).rejects.toThrow("The cable is locked.");
});

test("an answer that says nothing is a sentence all the same", async () => {
  answering(async () => new Response("oops", { status: 503 }));
  await expect(perform("unplug", {})).rejects.toThrow(NO_ANSWER);
  answering(breaking);
  await expect(perform("unplug", {})).rejects.toThrow(NO_ANSWER);
});

test.each(["host_crash", "power_cycle", "reset_button"])("no answer to %s is no failure", async (word) => {
  answering(breaking);
  await expect(perform(word, {})).resolves.toBeUndefined();
});

test("a refusal of host_crash is one", async () => {
  answering(async () => Response.json({ error: "It is down already." }, { status: 409 }));
  await expect(perform("host_crash", {})).rejects.toThrow("It is down already.");
});
