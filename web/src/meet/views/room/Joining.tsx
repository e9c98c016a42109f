import { useTranslation } from "react-i18next";
import { Button, Icon } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";
import { useDark } from "./useDark";

/** Between the press and the room. When the server is not reached it says so and goes on trying. */
export function Joining({ room, title }: { room: MeetingRoom; title: string }) {
  const { t } = useTranslation();
  const { tries } = useCell(room.session.view);
  useDark();
  return (
    <main
      id="main"
      tabIndex={-1}
      className="flex min-h-dvh flex-col items-center justify-center gap-4 bg-ground p-6 text-center text-body"
    >
      <h1 className="text-[26px]">{title}</h1>
      <div role="status" className="flex flex-col items-center gap-2">
        <span aria-hidden="true" className="size-10 animate-spin rounded-full border-4 border-key-line border-t-key" />
        <p className="text-lg">{t("meet.joining.now")}</p>
        {tries > 0 && (
          <p className="flex items-center gap-2 text-warn">
            <Icon name="warn" />
            {t("meet.joining.again")}
          </p>
        )}
      </div>
      {tries > 0 && <Button onPress={() => room.session.leave()}>{t("ui.cancel")}</Button>}
    </main>
  );
}
