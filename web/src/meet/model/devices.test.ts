import { describe, expect, it } from "vitest";
import { Preferred, pick } from "./devices";

describe("devices", () => {
  it("are found by id, else by name, because clearing the browser changes ids", () => {
    const now = [
      { id: "1", label: "USB" },
      { id: "2", label: "内蔵" },
    ];
    expect(pick(now, { id: "2", label: "x" })?.id).toBe("2");
    expect(pick(now, { id: "old", label: "USB" })?.id).toBe("1");
    expect(pick(now, { id: "old", label: "" })).toBeUndefined();
  });
  it("chosen last are remembered, and rubbish in the storage is not", () => {
    const map = new Map<string, string>([["yakusho.devices", '{"audioinput":{"id":3},"blur":"yes"}']]);
    const storage = {
      getItem: (k: string) => map.get(k) ?? null,
      setItem: (k: string, v: string) => void map.set(k, v),
    };
    const p = new Preferred(storage);
    expect(p.value.get()).toMatchObject({ blur: false, quiet: false });
    expect(p.value.get().audioinput).toBeUndefined();
    p.change({ videoinput: { id: "c", label: "カメラ" } });
    expect(new Preferred(storage).value.get().videoinput).toEqual({ id: "c", label: "カメラ" });
  });
});
