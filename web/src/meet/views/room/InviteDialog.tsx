import { useTranslation } from "react-i18next";
import { Dialog } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import { Numbers } from "./Numbers";

/** What to read over the telephone so that somebody can come in. */
export function InviteDialog({ room, open, onClose }: { room: MeetingRoom; open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open={open} onClose={onClose} title={t("meet.room.invite")} width="s">
      <div className="flex flex-col gap-4">
        <Numbers room={room} />
      </div>
    </Dialog>
  );
}
