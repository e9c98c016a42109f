import { useTranslation } from "react-i18next";
import { useNow } from "@/lib/clock";
import { clockTime, minutesUntil } from "@/lib/time";
import { Icon, type IconName } from "@/ui";
import type { Quality } from "../../model/quality";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";
import { DarkButton } from "./DarkButton";
import type { Layout } from "./Room";

/** What the meeting is, how long it still goes, and how the line is. */
export function RoomHeader({
  room,
  layout,
  canGrid,
  recovering,
  onLayout,
  onHelp,
}: {
  room: MeetingRoom;
  layout: Layout;
  canGrid: boolean;
  recovering: boolean;
  onLayout: (l: Layout) => void;
  onHelp: () => void;
}) {
  const { t } = useTranslation();
  const meeting = useCell(room.session.meeting);
  const { quality } = useCell(room.session.view);
  const now = useNow();
  const left = meeting ? minutesUntil(meeting.ends_at, now) : 0;
  return (
    <header className="flex min-h-16 flex-wrap items-center gap-x-4 gap-y-1 px-2 py-1 sm:flex-nowrap sm:px-4 short:min-h-12 short:gap-x-2">
      <div className="flex min-w-0 flex-wrap items-baseline gap-x-4 leading-snug short:leading-tight">
        <h1 className="min-w-0 text-xl short:text-base">{meeting?.title ?? ""}</h1>
        {meeting && (
          <span className="text-sub">
            {left > 0
              ? t("meet.room.until", { time: clockTime(meeting.ends_at), count: left })
              : t("meet.room.over", { time: clockTime(meeting.ends_at) })}
          </span>
        )}
      </div>
      <div className="ml-auto flex flex-wrap items-center gap-x-4 gap-y-1 sm:shrink-0 sm:flex-nowrap short:gap-x-2">
        <LineState quality={recovering ? "recovering" : quality} />
        {canGrid && (
          <DarkButton
            className="short:!px-2"
            icon={layout === "grid" ? "screen" : "grid"}
            onClick={() => onLayout(layout === "grid" ? "speaker" : "grid")}
          >
            {t(layout === "grid" ? "meet.room.bySpeaker" : "meet.room.byGrid")}
          </DarkButton>
        )}
        <DarkButton icon="help" className="short:!px-2" onClick={onHelp}>
          {t("meet.room.help")}
        </DarkButton>
      </div>
    </header>
  );
}

const faces: Record<Quality, { lit: number; icon?: IconName; color: string }> = {
  good: { lit: 4, color: "text-[#7FDCAA]" },
  reduced: { lit: 3, color: "text-[#FFD43D]" },
  congested: { lit: 2, color: "text-[#FFD43D]" },
  audio: { lit: 1, color: "text-[#FFD43D]" },
  recovering: { lit: 0, icon: "redo", color: "text-[#FFD43D]" },
};
const strokes = ["M4 19v-3", "M9.5 19v-6.5", "M15 19V9", "M20.5 19V5"];

function LineState({ quality }: { quality: Quality }) {
  const { t } = useTranslation();
  const f = faces[quality];
  return (
    <p className={`palt flex items-center gap-2 font-bold ${f.color}`} data-testid="line-state">
      {f.icon ? (
        <Icon name={f.icon} />
      ) : (
        <svg
          aria-hidden="true"
          viewBox="0 0 24 24"
          width={24}
          height={24}
          fill="none"
          strokeWidth={3.5}
          strokeLinecap="round"
        >
          {strokes.map((d, i) => (
            <path key={d} d={d} stroke={i < f.lit ? "currentColor" : "#6B7385"} />
          ))}
        </svg>
      )}
      <span>{t(`meet.quality.${quality}`)}</span>
    </p>
  );
}
