import type { ButtonHTMLAttributes } from "react";
import {
  Button as AriaButton,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuTrigger,
  Popover,
} from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useErrorText } from "@/lib/api/problem";
import { Icon, type IconName, useToast } from "@/ui";
import { react } from "../../api/react";
import type { MeetingRoom } from "../../model/room";
import type { Person } from "../../model/roster";
import { useCell } from "../useCell";
import type { Actions } from "./Room";
import { ReactionDrawing, reactionKinds } from "./reactions";
import type { PanelName, Panels } from "./usePanels";
import { keyOf, type Shortcut } from "./useShortcuts";

const face =
  "palt flex min-h-16 w-[88px] cursor-pointer flex-col items-center justify-center gap-1 rounded-ctl border px-0 font-bold leading-tight " +
  "sm:w-[104px] lg:h-20 lg:w-auto lg:max-w-28 lg:flex-1 lg:gap-1.5 short:min-h-11 short:w-auto short:flex-row short:gap-2 short:px-3";
const plain = "border-transparent bg-[#2A2F3A] text-[#F4F5F7] hover:bg-[#3A404D]";
const lit = "border-2 border-[#9CC0FF] bg-[#22304D] text-[#D3E2FF] hover:bg-[#2B3D63]";

function Control({
  icon,
  label,
  keys,
  look = plain,
  ...rest
}: { icon: IconName; label: string; keys?: Shortcut; look?: string } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" aria-keyshortcuts={keys && keyOf(keys)} {...rest} className={`${face} ${look}`}>
      <Icon name={icon} size={28} className="short:size-5" />
      <span className="text-center">{label}</span>
    </button>
  );
}

// Tablets have no way to show their screen.
function canShare(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === "function";
}

/** The bar at the bottom. One control dominates: whether one is heard. */
export function Controls({
  room,
  people,
  panels,
  actions,
  unread,
  onPanel,
  onLeave,
}: {
  room: MeetingRoom;
  people: readonly Person[];
  panels: Panels;
  actions: Actions;
  unread: number;
  onPanel: (which: PanelName) => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation();
  const local = useCell(room.media.state);
  const hand = people.find((p) => p.me)?.handAt !== undefined;
  const camera = local.camera.status === "on" || local.camera.status === "opening";
  return (
    <footer className="mt-2 border-line border-t bg-[#0E1015] px-2 py-2 sm:px-4 lg:mt-0 lg:flex lg:min-h-28 lg:items-center lg:py-0 short:mt-0 short:py-1.5">
      <section
        aria-label={t("meet.room.controls")}
        className="flex w-full flex-wrap items-center gap-2 lg:flex-nowrap short:gap-1.5"
      >
        <MicSlab room={room} onPress={actions.mic} />
        <Control
          icon={camera ? "cam" : "camOff"}
          label={t(camera ? "meet.room.cameraClose" : "meet.room.cameraOpen")}
          keys="camera"
          onClick={actions.camera}
        />
        {canShare() && (
          <Control
            icon="share"
            label={t(local.sharing ? "meet.room.stopShare" : "meet.room.share")}
            keys="share"
            look={local.sharing ? lit : plain}
            onClick={actions.share}
          />
        )}
        <Control
          icon="hand"
          label={t(hand ? "meet.room.lowerHand" : "meet.room.raiseHand")}
          keys="hand"
          look={hand ? "border-transparent bg-hand text-[#1A1A1A]" : plain}
          onClick={actions.hand}
        />
        <Reactions room={room} />
        <span aria-hidden="true" className="hidden w-6 lg:block" />
        <Control
          icon="people"
          label={t("meet.room.people", { count: people.length })}
          keys="people"
          id="open-people"
          look={panels.people ? lit : plain}
          aria-expanded={panels.people}
          onClick={() => onPanel("people")}
        />
        <Control
          icon="chat"
          label={unread > 0 ? t("meet.room.chatNew", { count: unread }) : t("meet.room.chat")}
          keys="chat"
          id="open-chat"
          look={panels.chat ? lit : plain}
          aria-expanded={panels.chat}
          onClick={() => onPanel("chat")}
        />
        <button
          type="button"
          onClick={onLeave}
          className={`${face} ml-auto border-2 border-[#FF9C9C] bg-transparent text-[#FFB9B9] hover:bg-[#3A1D20] lg:max-w-32`}
        >
          <Icon name="exit" size={28} className="short:size-5" />
          <span>{t("meet.room.leave")}</span>
        </button>
      </section>
    </footer>
  );
}

/** Line 1 says how it is, line 2 what pressing does. Red means: you are not heard. */
function MicSlab({ room, onPress }: { room: MeetingRoom; onPress: () => void }) {
  const { t } = useTranslation();
  const { mic, muted } = useCell(room.media.state);
  const state = mic.status === "failed" ? "failed" : mic.status !== "on" ? "none" : muted ? "muted" : "on";
  const red = state !== "on";
  return (
    <button
      type="button"
      onClick={onPress}
      aria-keyshortcuts={keyOf("mic")}
      data-testid="mic"
      className={`palt flex h-16 w-full cursor-pointer items-center justify-center gap-4 rounded-ctl px-2 text-left leading-snug sm:w-[232px] lg:h-20 lg:shrink-0 short:h-12 short:w-auto short:gap-2 short:px-3 ${
        red ? "border-2 border-white bg-[#CE0000] text-white hover:bg-[#A80000]" : `border ${plain}`
      }`}
    >
      <Icon name={red ? "micOff" : "mic"} size={40} className="short:size-7" />
      <span>
        <b className="block text-[22px] leading-tight short:text-base">{t(`meet.mic.${state}`)}</b>
        <span className="block short:leading-tight">{t(`meet.mic.${state}Press`)}</span>
      </span>
    </button>
  );
}

function Reactions({ room }: { room: MeetingRoom }) {
  const { t } = useTranslation();
  const toast = useToast();
  const words = useErrorText();
  return (
    <MenuTrigger>
      <AriaButton className={`${face} ${plain}`}>
        <Icon name="smile" size={28} className="short:size-5" />
        <span>{t("meet.room.reactions")}</span>
      </AriaButton>
      <Popover offset={8} className="overflow-auto rounded-ctl border border-edge bg-paper p-2 shadow-lg">
        <AriaMenu aria-label={t("meet.room.reactions")} className="grid grid-cols-1 outline-none">
          {reactionKinds.map((kind) => (
            <AriaMenuItem
              key={kind}
              textValue={t(`meet.reaction.${kind}`)}
              onAction={() => void react(room.id, kind).catch((e) => toast(words(e), "error"))}
              className="flex min-h-11 min-w-48 cursor-pointer items-center gap-3 rounded-ctl px-3 py-1 text-ink outline-offset-[-4px] data-[focused]:bg-key-soft"
            >
              <span className="flex size-9 items-center justify-center rounded-full bg-white text-[#1A1A1A]">
                <ReactionDrawing kind={kind} size={28} />
              </span>
              <span>{t(`meet.reaction.${kind}`)}</span>
            </AriaMenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
