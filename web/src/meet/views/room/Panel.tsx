import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { MeetingRoom } from "../../model/room";
import type { Person } from "../../model/roster";
import { Chat } from "./Chat";
import { DarkButton } from "./DarkButton";
import { People } from "./People";
import type { Question } from "./Questions";
import type { Panels } from "./usePanels";

interface Props {
  room: MeetingRoom;
  people: readonly Person[];
  show: Panels;
  ask: (q: Question) => void;
}

/** Participants over chat, beside the picture. */
export function Panel({ room, people, show, ask }: Props) {
  const { t } = useTranslation();
  return (
    <aside
      aria-label={t("meet.room.panel")}
      className="ml-2 flex min-h-0 flex-col overflow-hidden rounded-box bg-paper"
    >
      {show.people && <People room={room} people={people} ask={ask} alone={!show.chat} />}
      {show.people && show.chat && <hr className="m-0 border-line border-t" />}
      {show.chat && <Chat room={room} />}
    </aside>
  );
}

/** The same over the picture, on a narrow screen. It ends above the controls: nobody may lose sight of being muted. */
export function Drawer({ room, people, show, ask, onClose }: Props & { onClose: () => void }) {
  const { t } = useTranslation();
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []);
  return (
    <aside
      onKeyDown={(e) => {
        if (e.key === "Escape" && !e.nativeEvent.isComposing) onClose();
      }}
      aria-label={t("meet.room.panel")}
      className="absolute inset-y-0 right-0 z-30 flex w-[min(360px,100%)] flex-col overflow-hidden border-line border-l bg-paper"
    >
      <div className="flex justify-end px-4 pt-2">
        <DarkButton ref={close} icon="close" onClick={onClose}>
          {t("ui.close")}
        </DarkButton>
      </div>
      {show.people && <People room={room} people={people} ask={ask} alone />}
      {show.chat && <Chat room={room} />}
    </aside>
  );
}
