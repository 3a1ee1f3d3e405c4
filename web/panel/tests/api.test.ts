import { afterEach, expect, test, vi } from "vitest";
import { call, perform, Refused, whenSignedOut } from "../src/lib/api";
import { t } from "../src/lib/i18n.svelte";

const NO_ANSWER = t("answer.none");

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

test("whoever is signed out is told so in one place, whatever was asked", async () => {
  const ended = vi.fn();
  whenSignedOut(ended);
  answering(async () => Response.json({ error: "Sign in first.", code: "sign_in" }, { status: 401 }));
  await expect(perform("unplug", {})).rejects.toThrow("Sign in first.");
  await expect(call("GET", "/api/people")).rejects.toThrow("Sign in first.");
  expect(ended).toHaveBeenCalledTimes(2);
});

test("who is too fast is told for how long", async () => {
  const said = { error: "Wait.", code: "too_fast", retry_s: 3.2 };
  answering(async () => Response.json(said, { status: 429 }));
  const failure = await call("POST", "/api/sign-in", {}).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Refused);
  expect(failure).toMatchObject({ code: "too_fast", retryS: 4 });
  expect((failure as Refused).message).toContain("4 s");
});

test("a refusal is said by its code and words, without the station's own preface", async () => {
  const body = { error: "c_X was not set to '5': Rejected. Not possible: …", code: "key_range" };
  answering(async () => Response.json({ ...body, words: { low: "6", high: "32" } }, { status: 409 }));
  await expect(perform("config_set", {})).rejects.toThrow("Not possible: the value is 6 to 32.");
});
