// Blur and noise suppression: from our server, only when they are switched on, and heard and seen by the others.
import assert from "node:assert/strict";
import { House } from "../lib/house.mjs";
import { named } from "../lib/person.mjs";
import { until } from "../lib/until.mjs";

const house = House.forFile();

/** Runs in the page: a PC strong enough to be offered the effects, whatever this machine is. */
function strong() {
  Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 8 });
  Object.defineProperty(navigator, "deviceMemory", { get: () => 8 });
}

house.test("blur and noise suppression are loaded from our server when switched on, and not before", async () => {
  const host = await house.person("host");
  await host.signIn("takahashi");
  const meeting = await host.opens("ぼかしの会議");
  await host.joins(meeting);
  const p = await house.person("strong", { init: strong });
  const paths = [];
  p.page.on("response", (r) => r.ok() && paths.push(new URL(r.url()).pathname));
  await p.signIn("satou");
  await p.api("POST", "/api/meetings/enter", { number: meeting.number, pin: meeting.pin });
  await p.open(`/m/${meeting.id}`);
  await p.reads("声が入っています");
  const effects = () => paths.filter((x) => x.startsWith("/mp/") || x.startsWith("/audio/"));
  assert.deepEqual(effects(), [], "nothing of it is loaded before it is wanted");
  for (const name of ["雑音をおさえる", "背景をぼかす"]) {
    const toggle = p.page.getByRole("switch", { name });
    // The input itself is invisible; people press its label.
    await p.page.getByText(name, { exact: true }).click();
    await until(
      `${name} is on and has started`,
      async () => (await toggle.isChecked()) && (await toggle.isEnabled()),
      40_000,
    );
  }
  assert.equal(await p.text("このパソコンでは使えませんでした").count(), 0);
  assert.ok(
    effects().some((x) => x.endsWith(".tflite")) && effects().some((x) => x.startsWith("/audio/rnnoise")),
    effects().join(),
  );
  await p.enters();
  await host.hearsAndSees(1, 40_000);
  await host.tile(named.satou).waitFor();
});

house.test("a PC too weak for them is told why they are not offered", async () => {
  const p = await house.person("weak", {
    init: () => Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 2 }),
  });
  await p.signIn("satou");
  const meeting = await p.opens("非力なパソコン");
  await p.open(`/m/${meeting.id}`);
  await p.reads("このパソコンでは、声を途切れさせないため");
  assert.equal(await p.page.getByRole("switch").count(), 0);
});

house.lastTest();
