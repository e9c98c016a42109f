import { useTranslation } from "react-i18next";
import { Icon } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";

/** Points at the red button from above. It takes its own room, so that it never lies on the shared screen. */
export function MutedHint({ room }: { room: MeetingRoom }) {
  const { t } = useTranslation();
  const on = useCell(room.mutedSpeech);
  return (
    <div role="status">
      {on && (
        <div className="relative mx-2 mt-2 mb-3 flex w-fit items-center gap-4 rounded-box border-[3px] border-[#CE0000] bg-white px-4 py-2 text-[#1A1A1A] short:gap-2 short:py-0.5">
          <Icon name="micOff" size={32} className="text-[#CE0000]" />
          <p className="leading-normal short:leading-snug">
            <b className="block text-lg leading-snug short:text-base">{t("meet.hint.title")}</b>
            {t("meet.hint.text")}
          </p>
          <span
            aria-hidden="true"
            className="absolute -bottom-[13px] left-24 size-5 rotate-45 border-[#CE0000] border-r-[3px] border-b-[3px] bg-white"
          />
        </div>
      )}
    </div>
  );
}
