import { useTranslation } from "react-i18next";
import { Icon } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";
import { Numbers } from "./Numbers";

/** The stage while nobody else is there: nothing is wrong, and how to call the others in. */
export function Waiting({ room }: { room: MeetingRoom }) {
  const { t } = useTranslation();
  const meeting = useCell(room.session.meeting);
  // Only those whom the server tells the 暗証番号 can call somebody in.
  const can = meeting?.pin !== undefined;
  return (
    <section
      aria-labelledby="waiting-title"
      data-testid="waiting"
      className="flex flex-1 flex-col rounded-ctl border border-line bg-paper p-6 text-center short:p-3 lg:min-h-0 lg:overflow-y-auto"
    >
      <div className="m-auto flex max-w-[34em] flex-col items-center gap-4 text-balance short:gap-2">
        <Icon name="people" size={48} className="text-key short:hidden" />
        <div role="status">
          <h2 id="waiting-title" className="!text-2xl">
            {t("meet.wait.title")}
          </h2>
        </div>
        {meeting?.locked ? (
          <p className="flex items-center gap-2 font-bold">
            <Icon name="lock" />
            {t("meet.room.locked")}
          </p>
        ) : can ? (
          <>
            <p className="flex items-center gap-2">
              <Icon name="phone" className="text-key" />
              {t("meet.wait.tell")}
            </p>
            <Numbers room={room} side />
          </>
        ) : (
          <p>{t("meet.wait.stay")}</p>
        )}
      </div>
    </section>
  );
}
