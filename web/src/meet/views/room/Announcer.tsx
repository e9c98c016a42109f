import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { MeetingRoom } from "../../model/room";
import type { Person } from "../../model/roster";
import { useCell } from "../useCell";

const gatherMs = 2500;

/** For screen readers: who came, who went, who raised a hand, who wrote. Gathered, so that it does not talk over people. */
export function Announcer({
  room,
  people,
  chatOpen,
}: {
  room: MeetingRoom;
  people: readonly Person[];
  chatOpen: boolean;
}) {
  const { t } = useTranslation();
  const messages = useCell(room.chat);
  const [text, setText] = useState("");
  // By who and what: somebody who went and came again within the time of gathering is no news.
  const queue = useRef(new Map<string, string>());
  const timer = useRef<number>(undefined);
  const before = useRef<{ names: Map<string, string>; hands: Set<string>; last: number } | undefined>(undefined);
  const last = messages.at(-1);

  useEffect(() => {
    const names = new Map(people.filter((p) => !p.me).map((p) => [p.id, p.name]));
    const hands = new Set(people.filter((p) => p.handAt !== undefined && !p.me).map((p) => p.id));
    const was = before.current;
    before.current = { names, hands, last: last?.number ?? 0 };
    if (was === undefined) return; // who was there on entering is in the list, not news
    const q = queue.current;
    for (const [id, name] of names) {
      if (!was.names.has(id) && !q.delete(`went ${id}`)) q.set(`came ${id}`, t("meet.say.came", { name }));
    }
    for (const [id, name] of was.names) {
      if (!names.has(id) && !q.delete(`came ${id}`)) q.set(`went ${id}`, t("meet.say.went", { name }));
    }
    for (const id of hands)
      if (!was.hands.has(id)) q.set(`hand ${id}`, t("meet.say.hand", { name: names.get(id) ?? "" }));
    if (last !== undefined && last.number > was.last && !people.some((p) => p.me && p.id === last.participant)) {
      q.set(
        `chat ${last.number}`,
        chatOpen
          ? t("meet.say.wrote", { name: last.name, text: last.text })
          : t("meet.say.wroteShort", { name: last.name }),
      );
    }
    if (q.size === 0 || timer.current !== undefined) return;
    timer.current = window.setTimeout(() => {
      timer.current = undefined;
      const all = [...queue.current.values()];
      queue.current.clear();
      setText(all.length > 4 ? t("meet.say.many", { count: all.length }) : all.join(" "));
    }, gatherMs);
  }, [people, last, chatOpen, t]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return (
    <p role="status" aria-live="polite" className="sr-only" data-testid="announcer">
      {text}
    </p>
  );
}
