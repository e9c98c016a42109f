import { useTranslation } from "react-i18next";
import { useSession } from "@/lib/session";
import { Dialog, Switch } from "@/ui";
import type { MeetingRoom } from "../../model/room";
import { CameraRow, MicRow, SpeakerRow } from "../prejoin/DeviceRows";
import { Effects } from "../prejoin/Effects";
import { useCell } from "../useCell";
import { useDeviceLists } from "../useDeviceLists";
import { keyOf, type Shortcut, shortcuts } from "./useShortcuts";

/** Help without leaving the room: devices, a lighter connection, keys, whom to call. */
export function HelpDialog({ room, open, onClose }: { room: MeetingRoom; open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open={open} onClose={onClose} title={t("meet.room.help")} width="l">
      {open && <Content room={room} />}
    </Dialog>
  );
}

function Content({ room }: { room: MeetingRoom }) {
  const { t } = useTranslation();
  const { office } = useSession();
  const lists = useDeviceLists();
  const soundOnly = useCell(room.session.soundOnly);
  const { relayed } = useCell(room.session.view);
  return (
    <div className="flex flex-col gap-6">
      <section>
        <h3 className="mb-2 text-lg">{t("meet.help.line")}</h3>
        <Switch isSelected={soundOnly} onChange={(v) => room.session.soundOnly.set(v)}>
          {t("meet.help.soundOnly")}
        </Switch>
        <p className="text-sub">{t(relayed ? "meet.help.relayed" : "meet.help.direct")}</p>
      </section>
      <section>
        <h3 className="mb-2 text-lg">{t("meet.help.devices")}</h3>
        <MicRow room={room} devices={lists.audioinput} />
        <SpeakerRow room={room} devices={lists.audiooutput} onChosen={(id) => room.session.setSpeaker(id)} />
        <CameraRow room={room} devices={lists.videoinput} />
        <Effects room={room} />
      </section>
      <section>
        <h3 className="mb-2 text-lg">{t("meet.help.keys")}</h3>
        <dl className="m-0 grid grid-cols-[auto_1fr] gap-x-6 gap-y-1 sm:grid-cols-[auto_1fr_auto_1fr]">
          {(Object.keys(shortcuts) as Shortcut[]).map((s) => (
            <div key={s} className="contents">
              <dt>
                <kbd className="rounded border border-edge px-2 font-bold">{keyOf(s)}</kbd>
              </dt>
              <dd className="m-0">{t(`meet.help.key.${s}`)}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section>
        <h3 className="mb-1 text-lg">{t("meet.help.contact")}</h3>
        <p>{office.contact || t("meet.media.contact")}</p>
        <p className="text-sub">{t("meet.help.version")}</p>
      </section>
    </div>
  );
}
