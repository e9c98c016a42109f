import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { clockTime } from "@/lib/time";
import { Icon } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";
import { DarkButton } from "./DarkButton";

/** What was written, and what is still on its way. Typing is never lost: not by a reload, not by a cut line. */
export function Chat({ room }: { room: MeetingRoom }) {
  const { t } = useTranslation();
  const messages = useCell(room.chat);
  const pending = useCell(room.outbox.pending);
  const [text, setText] = useState(room.outbox.draft);
  const list = useRef<HTMLDivElement>(null);
  const count = messages.length + pending.length;
  // Whoever scrolled up to read is left there.
  const atEnd = useRef(true);
  const toEnd = useCallback(() => {
    const el = list.current;
    if (el !== null && atEnd.current) el.scrollTop = el.scrollHeight;
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message is the reason to scroll
  useEffect(toEnd, [count]);
  useEffect(() => {
    if (list.current === null) return;
    const seen = new ResizeObserver(toEnd);
    seen.observe(list.current);
    return () => seen.disconnect();
  }, [toEnd]);
  const write = (v: string) => {
    setText(v);
    room.outbox.draft = v;
  };
  const send = () => {
    if (text.trim() === "") return;
    atEnd.current = true;
    room.outbox.add(text);
    setText("");
  };
  return (
    <section aria-labelledby="chat-title" className="flex min-h-0 flex-1 flex-col">
      <h2 id="chat-title" className="flex items-center gap-2 px-4 pt-3 pb-1 !text-lg">
        <Icon name="chat" />
        {t("meet.room.chat")}
      </h2>
      <div
        ref={list}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard
        tabIndex={0}
        role="log"
        onScroll={(e) => {
          const el = e.currentTarget;
          atEnd.current = el.scrollHeight - el.scrollTop - el.clientHeight < 24;
        }}
        aria-live="off"
        aria-label={t("meet.chat.list")}
        className="min-h-0 flex-1 overflow-y-auto px-4 pb-2 outline-offset-[-4px]"
      >
        {messages.map((m) => (
          <div key={m.number} className="py-1 leading-normal" data-testid="message">
            <p className="text-sub">
              {m.name} {m.guest && t("meet.room.guest")} {clockTime(m.at)}
            </p>
            <p className="mt-0.5 whitespace-pre-wrap rounded-ctl bg-[#2C323E] px-3 py-2 [overflow-wrap:anywhere]">
              {m.text}
            </p>
          </div>
        ))}
        {pending.map((p) => (
          <div key={p.key} className="py-1 leading-normal">
            <p className={p.refused === undefined ? "text-sub" : "flex items-center gap-1 text-err"}>
              {p.refused !== undefined && <Icon name="stop" size={20} />}
              {p.refused === undefined ? t("meet.chat.sending") : p.refused || t("meet.chat.refused")}
            </p>
            <p className="mt-0.5 whitespace-pre-wrap rounded-ctl border border-edge border-dashed px-3 py-2">
              {p.text}
            </p>
            {p.refused !== undefined && (
              <p className="mt-1 flex gap-2">
                <DarkButton onClick={() => room.outbox.retry(p.key)}>{t("meet.chat.retry")}</DarkButton>
                <DarkButton onClick={() => room.outbox.drop(p.key)}>{t("meet.chat.drop")}</DarkButton>
              </p>
            )}
          </div>
        ))}
      </div>
      <form
        className="flex gap-2 p-4 pt-2"
        onSubmit={(e) => {
          e.preventDefault();
          send();
        }}
      >
        <textarea
          rows={1}
          value={text}
          maxLength={2000}
          aria-label={t("meet.chat.label")}
          placeholder={t("meet.chat.placeholder")}
          onChange={(e) => write(e.target.value)}
          onKeyDown={(e) => {
            // Enter that only takes over what the IME offers must not send.
            if (e.key === "Enter" && !e.shiftKey && !e.nativeEvent.isComposing && e.keyCode !== 229) {
              e.preventDefault();
              send();
            }
          }}
          className="field-sizing-content max-h-32 min-h-11 min-w-0 flex-1 resize-none rounded-ctl border border-[#8B93A5] bg-ground px-3 py-2 text-white leading-normal placeholder:text-[#C3C8D2]"
        />
        <button
          type="submit"
          className="palt inline-flex min-h-11 cursor-pointer items-center gap-2 self-end rounded-ctl border border-[#6B7385] px-3 font-bold text-ink hover:bg-tile"
        >
          <Icon name="send" size={20} />
          <span>{t("meet.chat.send")}</span>
        </button>
      </form>
    </section>
  );
}
