import { Button as AriaButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Icon, Menu, MenuItem } from "@/ui";
import { changeMeeting } from "../../api/changeMeeting";
import { muteParticipant } from "../../api/muteParticipant";
import { raiseHand } from "../../api/raiseHand";
import type { MeetingRoom } from "../../model/room";
import { listOrder, type Person } from "../../model/roster";
import { useCell } from "../useCell";
import { type Question, useRun } from "./Questions";

/** Who is here, hands first; for the host with what the host may do. */
export function People({
  room,
  people,
  alone,
  ask,
}: {
  room: MeetingRoom;
  people: readonly Person[];
  alone: boolean;
  ask: (q: Question) => void;
}) {
  const { t } = useTranslation();
  const meeting = useCell(room.session.meeting);
  const run = useRun();
  const host = meeting?.host ?? false;
  const menuButton =
    "palt inline-flex min-h-11 min-w-11 shrink-0 cursor-pointer items-center justify-center gap-1 rounded-ctl px-1 font-bold text-key underline underline-offset-3 hover:bg-tile";

  return (
    <section
      aria-labelledby="people-title"
      className={`flex min-h-0 flex-col ${alone ? "flex-1" : "max-h-[50%] shrink-0"}`}
    >
      <div className="flex min-h-12 flex-wrap items-center justify-between gap-x-2 px-4 pt-1">
        <h2 id="people-title" className="flex items-center gap-2 !text-lg">
          <Icon name="people" />
          {t("meet.room.peopleTitle")}
          <span className="font-normal text-base text-sub">{t("meet.room.count", { count: people.length })}</span>
        </h2>
        {host ? (
          <Menu
            label={t("meet.host.menu")}
            trigger={
              <AriaButton aria-label={t("meet.host.menu")} className={menuButton}>
                <Icon name="gear" size={20} />
                {t("meet.host.menuShort")}
              </AriaButton>
            }
          >
            <MenuItem icon="phone" onAction={() => ask({ kind: "invite" })}>
              {t("meet.room.invite")}
            </MenuItem>
            <MenuItem icon="micOff" onAction={() => ask({ kind: "muteAll" })}>
              {t("meet.host.muteAll")}
            </MenuItem>
            <MenuItem
              icon={meeting?.locked ? "unlock" : "lock"}
              onAction={() =>
                void run(
                  changeMeeting(room.id, { locked: !meeting?.locked }),
                  t(meeting?.locked ? "meet.host.unlocked" : "meet.host.lockedNow"),
                )
              }
            >
              {t(meeting?.locked ? "meet.host.unlock" : "meet.host.lock")}
            </MenuItem>
            <MenuItem
              icon="personPlus"
              onAction={() =>
                void run(
                  changeMeeting(room.id, { guests_allowed: !meeting?.guests_allowed }),
                  t(meeting?.guests_allowed ? "meet.host.guestsOffNow" : "meet.host.guestsOnNow"),
                )
              }
            >
              {t(meeting?.guests_allowed ? "meet.host.guestsOff" : "meet.host.guestsOn")}
            </MenuItem>
          </Menu>
        ) : (
          meeting?.pin !== undefined && (
            <AriaButton className={menuButton} onPress={() => ask({ kind: "invite" })}>
              <Icon name="phone" size={20} />
              {t("meet.room.invite")}
            </AriaButton>
          )
        )}
      </div>
      {meeting?.locked && (
        <p className="flex items-center gap-2 px-4 text-sub">
          <Icon name="lock" size={20} />
          {t("meet.room.locked")}
        </p>
      )}
      <ul className="m-0 min-h-0 list-none overflow-y-auto px-4 pb-2">
        {listOrder(people).map((p) => (
          <li key={p.id} className="flex min-h-11 items-center gap-2" data-testid="person">
            <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2 leading-snug">
              <span className="max-w-full truncate" title={[p.name, p.department, p.office].filter(Boolean).join(" ")}>
                {p.name}
              </span>
              <span className="text-sub">
                {p.me ? t("meet.room.me") : p.host ? t("meet.room.host") : p.guest ? t("meet.room.guest") : ""}
              </span>
            </span>
            <State person={p} room={room} />
            {host && !p.me && (
              <Menu
                label={t("meet.host.menuOf", { name: p.name })}
                trigger={
                  <AriaButton aria-label={t("meet.host.menuOf", { name: p.name })} className={`${menuButton} -mr-1`}>
                    {t("meet.host.menuOfShort")}
                  </AriaButton>
                }
              >
                <MenuItem
                  icon="micOff"
                  isDisabled={p.mic !== "on"}
                  onAction={() => void run(muteParticipant(room.id, "microphone", p.id))}
                >
                  {t("meet.host.mute")}
                </MenuItem>
                <MenuItem
                  icon="camOff"
                  isDisabled={p.camera === undefined}
                  onAction={() => void run(muteParticipant(room.id, "camera", p.id))}
                >
                  {t("meet.host.stopCamera")}
                </MenuItem>
                <MenuItem
                  icon="share"
                  isDisabled={p.screen === undefined}
                  onAction={() => void run(muteParticipant(room.id, "screen", p.id))}
                >
                  {t("meet.host.stopShare")}
                </MenuItem>
                <MenuItem
                  icon="hand"
                  isDisabled={p.handAt === undefined}
                  onAction={() => void run(raiseHand(room.id, false, p.id))}
                >
                  {t("meet.host.lowerHand")}
                </MenuItem>
                <MenuItem icon="person" isDisabled={p.guest} onAction={() => ask({ kind: "hand", person: p })}>
                  {t("meet.host.makeHost")}
                </MenuItem>
                <MenuItem icon="exit" danger onAction={() => ask({ kind: "remove", person: p })}>
                  {t("meet.host.remove")}
                </MenuItem>
              </Menu>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function State({ person: p, room }: { person: Person; room: MeetingRoom }) {
  const { t } = useTranslation();
  const local = useCell(room.media.state);
  const muted = p.me ? local.muted || local.mic.status !== "on" : p.mic === "muted";
  const box = "palt ml-auto flex shrink-0 items-center gap-1";
  if (p.handAt !== undefined) {
    return (
      <span className={`${box} font-bold text-hand`}>
        <Icon name="hand" size={20} />
        {t("meet.room.handUp")}
      </span>
    );
  }
  if (p.speaking && !muted) {
    return (
      <span className={`${box} font-bold text-key`}>
        <Icon name="wave" size={20} />
        {t("meet.room.speaking")}
      </span>
    );
  }
  if (muted) {
    return (
      <span className={`${box} ${p.me ? "font-bold text-err" : "text-sub"}`}>
        <Icon name="micOff" size={20} />
        {t("meet.room.muted")}
      </span>
    );
  }
  return (
    <span className={`${box} text-sub`}>
      <Icon name={p.mic === "on" ? "mic" : "headset"} size={20} />
      {t(p.mic === "on" ? "meet.room.micOn" : "meet.room.listening")}
    </span>
  );
}
