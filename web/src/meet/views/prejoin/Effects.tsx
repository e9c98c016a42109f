import { useTranslation } from "react-i18next";
import { Switch } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";

/** Blur and noise suppression: off until wanted, and not offered to a computer that would suffer from them. */
export function Effects({ room }: { room: MeetingRoom }) {
  const { t } = useTranslation();
  const s = useCell(room.media.state);
  if (room.weak) return <p className="leading-normal text-sub">{t("meet.effects.weak")}</p>;
  const on = (x: typeof s.blur) => x === "on" || x === "starting";
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap gap-x-8">
        <Switch
          isSelected={on(s.blur)}
          isDisabled={s.camera.status !== "on" || s.blur === "starting"}
          onChange={(v) => {
            room.preferred.change({ blur: v });
            void room.media.setBlur(v);
          }}
        >
          {t("meet.effects.blur")}
        </Switch>
        <Switch
          isSelected={on(s.quiet)}
          isDisabled={s.mic.status !== "on" || s.quiet === "starting"}
          onChange={(v) => {
            room.preferred.change({ quiet: v });
            void room.media.setQuiet(v);
          }}
        >
          {t("meet.effects.quiet")}
        </Switch>
      </div>
      <p role="status" className="text-sub">
        {s.blur === "starting" || s.quiet === "starting"
          ? t("meet.effects.starting")
          : s.blur === "failed" || s.quiet === "failed"
            ? t("meet.effects.failed")
            : ""}
      </p>
    </div>
  );
}
