import { useTranslation } from "react-i18next";
import type { MeetingRoom } from "../../model/room";
import type { Person } from "../../model/roster";
import { Chat } from "./Chat";
import { DarkButton } from "./DarkButton";
import { People } from "./People";

/** Participants over chat. Beside the tiles on a desk screen, a drawer over the picture on a narrow one. */
export function Panel({
  room,
  people,
  show,
  onClose,
}: {
  room: MeetingRoom;
  people: readonly Person[];
  show: { people: boolean; chat: boolean };
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <aside
      onKeyDown={(e) => {
        // Escape shuts the drawer; beside the tiles there is nothing to shut.
        if (e.key === "Escape" && !e.nativeEvent.isComposing && !window.matchMedia("(min-width: 64rem)").matches)
          onClose();
      }}
      aria-label={t("meet.room.panel")}
      className="fixed inset-y-0 right-0 z-30 flex w-[min(360px,100vw)] min-h-0 flex-col overflow-hidden border-line border-l bg-paper lg:static lg:z-0 lg:ml-2 lg:w-auto lg:rounded-box lg:border-0"
    >
      <div className="flex justify-end p-2 lg:hidden">
        <DarkButton icon="close" onClick={onClose}>
          {t("ui.close")}
        </DarkButton>
      </div>
      {show.people && <People room={room} people={people} alone={!show.chat} />}
      {show.people && show.chat && <hr className="m-0 border-line border-t" />}
      {show.chat && <Chat room={room} />}
    </aside>
  );
}
