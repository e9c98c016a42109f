import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Cell } from "../../model/cell";
import type { Quality } from "../../model/quality";
import type { MeetingRoom, RoomNews } from "../../model/room";
import { Bars } from "./Bars";

/** As much of a room as the bars look at. */
function show(quality: Quality, news?: RoomNews) {
  const soundOnly = new Cell(false);
  const room = {
    session: {
      view: new Cell({ phase: "live", resuming: false, soundBlocked: false, quality }),
      soundOnly,
    },
    news: new Cell(news),
  } as unknown as MeetingRoom;
  render(<Bars room={room} />);
  return { soundOnly };
}

test("pictures that are lowered for an unknown reason are not blamed on the line", () => {
  show("reduced");
  expect(document.body.textContent).toContain("映像を下げています");
  expect(document.body.textContent).toContain("声はそのまま届きます");
  expect(document.body.textContent).not.toContain("回線");
});

test("a line that was measured to be busy is named, and what still works after it", () => {
  show("congested");
  expect(document.body.textContent).toMatch(/回線が混んでいるため.*声はそのまま届きます/);
});

test("pressing sound only stops the pictures, says so, and offers them again", async () => {
  const { soundOnly } = show("reduced");
  await userEvent.click(screen.getByRole("button", { name: "音声のみにする" }));
  expect(soundOnly.get()).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "映像を受け取る" }));
  expect(soundOnly.get()).toBe(false);
});

test("whoever did something is named as a person", () => {
  show("good", { id: 1, kind: "muted", by: "佐藤 美咲" });
  expect(document.body.textContent).toContain("佐藤 美咲さんがあなたのマイクをミュートにしました");
});

test("a host without a name is named politely", () => {
  show("good", { id: 1, kind: "hand_lowered" });
  expect(document.body.textContent).toContain("主催者があなたの手を下ろしました");
});
