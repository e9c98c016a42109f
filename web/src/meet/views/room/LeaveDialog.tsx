import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useErrorText } from "@/lib/api/problem";
import { Button, Dialog, Notice } from "@/ui";
import { endMeeting } from "../../api/endMeeting";
import type { MeetingRoom } from "../../model/room";

/** The host leaves alone, or ends the meeting for all; the second is asked once more in words. */
export function LeaveDialog({ room, open, onClose }: { room: MeetingRoom; open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const words = useErrorText();
  const [pending, setPending] = useState(false);
  const [failed, setFailed] = useState<string>();
  const end = () => {
    setPending(true);
    setFailed(undefined);
    endMeeting(room.id)
      .then(() => room.session.onNotice({ kind: "ended" }))
      .catch((e) => setFailed(words(e)))
      .finally(() => setPending(false));
  };
  return (
    <Dialog open={open} onClose={onClose} title={t("meet.leave.title")} width="s" role="alertdialog">
      <div className="flex flex-col gap-4">
        {failed !== undefined && <Notice tone="error" live="alert" title={failed} />}
        <Button autoFocus wide icon="exit" size="l" onPress={() => room.session.leave()}>
          {t("meet.leave.alone")}
        </Button>
        <p className="-mt-2 text-sub">{t("meet.leave.aloneNote")}</p>
        <Button wide look="danger" size="l" icon="stop" isPending={pending} onPress={end}>
          {t("meet.leave.all")}
        </Button>
        <p className="-mt-2 text-sub">{t("meet.leave.allNote")}</p>
      </div>
    </Dialog>
  );
}
