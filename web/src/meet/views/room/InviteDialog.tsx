import { useTranslation } from "react-i18next";
import { copyText } from "@/lib/copy";
import { grouped } from "@/lib/digits";
import { Button, Dialog, useToast } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";

/** What to read over the telephone so that somebody can come in. */
export function InviteDialog({ room, open, onClose }: { room: MeetingRoom; open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const m = useCell(room.session.meeting);
  const text =
    m === undefined
      ? ""
      : t("meet.invite.text", {
          title: m.title,
          number: grouped(m.number),
          pin: grouped(m.pin ?? ""),
          url: `${location.origin}/number`,
        });
  return (
    <Dialog open={open} onClose={onClose} title={t("meet.room.invite")} width="s">
      <dl className="m-0 flex flex-col gap-2">
        <dt className="text-sub">{t("meet.invite.number")}</dt>
        <dd className="num m-0 font-bold text-[40px] text-ink leading-tight">{grouped(m?.number ?? "")}</dd>
        {m?.pin !== undefined && (
          <>
            <dt className="text-sub">{t("meet.invite.pin")}</dt>
            <dd className="num m-0 font-bold text-[40px] text-ink leading-tight">{grouped(m.pin)}</dd>
          </>
        )}
      </dl>
      <p className="my-4">{t("meet.invite.how", { url: `${location.origin}/number` })}</p>
      {m?.guests_allowed === false && <p className="mb-4 font-bold">{t("meet.invite.noGuests")}</p>}
      <Button
        icon="copy"
        onPress={() =>
          void copyText(text).then((ok) =>
            toast(t(ok ? "meet.invite.copied" : "meet.invite.notCopied"), ok ? "ok" : "error"),
          )
        }
      >
        {t("meet.invite.copy")}
      </Button>
    </Dialog>
  );
}
