import { useTranslation } from "react-i18next";
import { Icon } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import type { Person } from "../../model/roster";
import { useCell } from "../useCell";
import { Video } from "../Video";
import { ReactionDrawing } from "./reactions";

/** One participant. Words stand on a dark bar under the picture's edge, never on the picture. */
export function Tile({ room, person: p, large }: { room: MeetingRoom; person: Person; large?: boolean }) {
  const { t } = useTranslation();
  const local = useCell(room.media.state);
  const reaction = useCell(room.reactions).find((r) => r.participant === p.id);
  const muted = p.me && (local.muted || local.mic.status !== "on");
  const talking = p.speaking && !muted;
  const ring = muted ? "shadow-[0_0_0_3px_#FF6B6B]" : talking ? "shadow-[0_0_0_3px_#9CC0FF]" : "";
  const name = p.me ? t("meet.room.me") : p.name;
  const whole = p.me ? t("meet.room.meTile") : t("meet.someone", { name: p.name });
  return (
    <figure
      aria-label={whole}
      data-testid={p.me ? "tile-me" : "tile"}
      className={`relative m-0 size-full min-h-24 overflow-hidden rounded-ctl bg-tile ${ring}`}
    >
      {p.camera !== undefined ? (
        <Video
          track={p.camera}
          label={p.me ? whole : t("meet.room.pictureOf", { name: whole })}
          mirror={p.me}
          className={`absolute inset-0 size-full ${large ? "object-contain" : "object-cover"}`}
        />
      ) : (
        <div className="absolute inset-x-0 top-0 bottom-8 flex items-center justify-center bg-[#2E3948]">
          <span
            aria-hidden="true"
            className={`flex items-center justify-center rounded-full bg-[#4A5A70] font-bold text-white ${large ? "size-32 text-4xl" : "size-15 text-lg"}`}
          >
            {initials(p.name)}
          </span>
        </div>
      )}
      <div className="absolute inset-x-2 top-2 flex flex-wrap gap-2">
        {p.guest && (
          <span className="flex h-8 items-center rounded-full bg-[rgba(14,16,22,.88)] px-2.5 font-bold text-white leading-none">
            {t("meet.room.guest")}
          </span>
        )}
        {p.handAt !== undefined && (
          <span className="flex h-8 items-center gap-1 rounded-full bg-hand pr-2.5 pl-2 font-bold text-[#1A1A1A] leading-none">
            <Icon name="hand" size={20} />
            {t("meet.room.handUp")}
          </span>
        )}
        {reaction && (
          <span className="flex h-8 items-center gap-1 rounded-full bg-white pr-2.5 pl-2 font-bold text-[#1A1A1A] leading-none">
            <ReactionDrawing kind={reaction.kind} size={24} />
            {t(`meet.reaction.${reaction.kind}`)}
          </span>
        )}
      </div>
      <figcaption
        className={`absolute inset-x-0 bottom-0 flex h-8 items-center gap-1.5 whitespace-nowrap px-2 font-bold leading-none ${muted ? "bg-[#CE0000] text-white" : talking ? "bg-[rgba(14,16,22,.88)] text-[#9CC0FF]" : "bg-[rgba(14,16,22,.88)] text-white"}`}
      >
        <span className="min-w-0 truncate py-1">{name}</span>
        <span className="ml-auto flex shrink-0 items-center gap-1">
          {muted ? (
            <>
              <Icon name="micOff" size={20} />
              {t("meet.room.muted")}
            </>
          ) : talking ? (
            <>
              <Icon name="wave" size={20} />
              <span className={large || !p.guest ? "" : "sr-only"}>{t("meet.room.speaking")}</span>
            </>
          ) : p.mic === "muted" && !p.me ? (
            <span className="flex items-center font-normal">
              <Icon name="micOff" size={20} />
              <span className="sr-only">{t("meet.room.muted")}</span>
            </span>
          ) : p.camera === undefined && p.mic === "on" && !p.me && !p.guest ? (
            <span className="flex items-center gap-1 font-normal">
              <Icon name="headset" size={20} />
              {t("meet.room.soundOnly")}
            </span>
          ) : null}
        </span>
      </figcaption>
    </figure>
  );
}

/** The family name, as far as it fits in a circle. */
function initials(name: string): string {
  const family = name.trim().split(/[\s\u3000]+/)[0] ?? "";
  return [...family].slice(0, 2).join("");
}
