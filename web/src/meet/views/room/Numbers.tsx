import { useTranslation } from "react-i18next";
import { copyText } from "@/lib/copy";
import { grouped } from "@/lib/digits";
import { Button, useToast } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";

/** The two numbers to read over the telephone, how they are used, and the same as a text to send. */
export function Numbers({ room, side }: { room: MeetingRoom; side?: boolean }) {
  const { t } = useTranslation();
  const toast = useToast();
  const m = useCell(room.session.meeting);
  if (m === undefined) return null;
  const url = `${location.origin}/number`;
  const text = t("meet.invite.text", { title: m.title, number: grouped(m.number), pin: grouped(m.pin ?? ""), url });
  const rows = [
    ["meet.invite.number", m.number],
    ["meet.invite.pin", m.pin],
  ] as const;
  return (
    <>
      <dl className={`m-0 flex flex-wrap gap-x-10 gap-y-2 ${side ? "justify-center" : "flex-col"}`}>
        {rows.map(
          ([key, number]) =>
            number !== undefined && (
              <div key={key}>
                <dt className="text-sub">{t(key)}</dt>
                <dd className="num m-0 font-bold text-[40px] text-ink leading-tight">{grouped(number)}</dd>
              </div>
            ),
        )}
      </dl>
      <p>{t("meet.invite.how", { url })}</p>
      {!m.guests_allowed && (
        <p className="font-bold">{t(m.host ? "meet.invite.noGuestsHost" : "meet.invite.noGuests")}</p>
      )}
      <Button
        icon="copy"
        className="self-center"
        onPress={() =>
          void copyText(text).then((ok) =>
            toast(t(ok ? "meet.invite.copied" : "meet.invite.notCopied"), ok ? "ok" : "error"),
          )
        }
      >
        {t("meet.invite.copy")}
      </Button>
    </>
  );
}
