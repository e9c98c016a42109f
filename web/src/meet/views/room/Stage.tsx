import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import type { Person } from "../../model/roster";
import { Video } from "../Video";
import { DarkButton } from "./DarkButton";
import { Tile } from "./Tile";

/** The largest place: somebody's screen, else whoever speaks. */
export function Stage({
  room,
  sharer,
  ownShare,
  person,
}: {
  room: MeetingRoom;
  sharer?: Person;
  ownShare: boolean;
  person?: Person;
}) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  if (sharer?.screen !== undefined) {
    const who = t(sharer.department === "" ? "meet.someone" : "meet.room.nameOf", {
      name: sharer.name,
      of: sharer.department,
    });
    const head = t("meet.room.shares", { who });
    return (
      <div ref={frame} className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-ctl bg-black">
        <div className="flex min-h-10 shrink-0 items-center gap-2 bg-[#E9EBF0] pl-4 font-bold text-[#1A1A1A]">
          <Icon name="share" size={20} />
          <h2 className="min-w-0 flex-1 truncate !text-base !text-[#1A1A1A]">{head}</h2>
          <button
            type="button"
            onClick={() =>
              void (document.fullscreenElement ? document.exitFullscreen() : frame.current?.requestFullscreen?.())
            }
            className="flex min-h-11 cursor-pointer items-center gap-2 px-4 font-bold text-[#1A1A1A] hover:bg-white"
          >
            <Icon name="full" size={20} />
            <span>{t("meet.room.full")}</span>
          </button>
        </div>
        <div className="min-h-0 flex-1">
          <Video track={sharer.screen} label={head} className="size-full object-contain" />
        </div>
      </div>
    );
  }
  if (ownShare) {
    return (
      <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-4 rounded-ctl border border-line bg-paper p-6 text-center">
        <Icon name="share" size={40} />
        <h2 className="text-xl">{t("meet.room.youShare")}</h2>
        <p>{t("meet.room.youShareNote")}</p>
        <DarkButton icon="close" onClick={() => void room.media.stopShare()}>
          {t("meet.room.stopShare")}
        </DarkButton>
      </div>
    );
  }
  return (
    <div className="relative min-h-0 flex-1">
      {person === undefined ? (
        <div className="size-full rounded-ctl bg-tile" />
      ) : (
        <Tile room={room} person={person} large />
      )}
    </div>
  );
}
