import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";
import { DarkButton } from "./DarkButton";

/** What the person must know now, over the picture and not on it: what happened, what still works, one thing to press. */
export function Bars({ room }: { room: MeetingRoom }) {
  const { t } = useTranslation();
  const view = useCell(room.session.view);
  const news = useCell(room.news);
  const [hidden, setHidden] = useState(false);
  const soundOnly = useCell(room.session.soundOnly);
  // The line is named only when its own figures say so; a slow computer lowers pictures just as well.
  const lowered = view.quality === "congested" || view.quality === "reduced" ? view.quality : undefined;
  useEffect(() => {
    if (lowered === undefined) setHidden(false);
  }, [lowered]);
  const recovering = view.phase === "recovering" || view.resuming;
  return (
    <div>
      {view.soundBlocked && (
        <Bar icon="speakerOff" title={t("meet.bar.soundBlocked")} also={t("meet.bar.soundBlockedNote")}>
          <DarkButton
            icon="speaker"
            className="!border-[#FFE9A0] !text-[#FFE9A0]"
            onClick={() => void room.session.startSound()}
          >
            {t("meet.bar.startSound")}
          </DarkButton>
        </Bar>
      )}
      <div role="status">
        {recovering && <Bar icon="redo" title={t("meet.bar.recovering")} also={t("meet.bar.recoveringNote")} />}
      </div>
      <div role="status">
        {!recovering && lowered !== undefined && !hidden && (
          <Bar icon="warn" title={t(`meet.bar.${lowered}`)} also={t("meet.bar.loweredNote")}>
            <Press onClick={() => room.session.soundOnly.set(true)}>{t("meet.bar.soundOnly")}</Press>
            <Press onClick={() => setHidden(true)}>{t("ui.close")}</Press>
          </Bar>
        )}
        {!recovering && soundOnly && (
          <Bar icon="headset" title={t("meet.bar.noPictures")} also={t("meet.bar.noPicturesNote")}>
            <Press onClick={() => room.session.soundOnly.set(false)}>{t("meet.bar.pictures")}</Press>
          </Bar>
        )}
      </div>
      <div role="status">
        {news && (
          <Bar
            icon="info"
            title={t(`meet.news.${news.kind}`, {
              by: news.by ? t("meet.someone", { name: news.by }) : t("meet.news.host"),
            })}
            also={t(`meet.news.${news.kind}Note`, { defaultValue: "" })}
          >
            <Press onClick={() => room.closeNews()}>{t("ui.close")}</Press>
          </Bar>
        )}
      </div>
    </div>
  );
}

function Press({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="palt min-h-11 shrink-0 cursor-pointer rounded-ctl px-3 font-bold underline underline-offset-3"
    >
      {children}
    </button>
  );
}

function Bar({
  icon,
  title,
  also,
  children,
}: {
  icon: IconName;
  title: string;
  also?: string;
  children?: React.ReactNode;
}) {
  return (
    <div className="mb-2 flex min-h-12 items-center gap-2 rounded-ctl border border-warn-line bg-warn-soft py-0 pr-1 pl-4 text-warn">
      <Icon name={icon} />
      <p className="min-w-0 flex-1 py-1 leading-snug">
        <b className="mr-4">{title}</b>
        {also}
      </p>
      {children}
    </div>
  );
}
