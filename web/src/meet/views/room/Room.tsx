import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useErrorText } from "@/lib/api/problem";
import { ToastSlot, useToast } from "@/ui";
import { raiseHand } from "../../api/raiseHand";
import type { MeetingRoom } from "../../model/room";
import { merge, onStage, type Person, SpeakerFollower, tileOrder } from "../../model/roster";
import { useCell } from "../useCell";
import { Announcer } from "./Announcer";
import { Bars } from "./Bars";
import { Controls } from "./Controls";
import { HelpDialog } from "./HelpDialog";
import { LeaveDialog } from "./LeaveDialog";
import { MutedHint } from "./MutedHint";
import { Drawer, Panel } from "./Panel";
import { type Question, Questions } from "./Questions";
import { RoomHeader } from "./RoomHeader";
import { Stage } from "./Stage";
import { Grid, TileColumn } from "./Tiles";
import { useDark } from "./useDark";
import { type PanelName, usePanels } from "./usePanels";
import { useShortcuts } from "./useShortcuts";
import { useWakeLock } from "./useWakeLock";
import { Waiting } from "./Waiting";

export type Layout = "speaker" | "grid";

/** The meeting itself. It owns the whole window. */
export function Room({ room }: { room: MeetingRoom }) {
  const { t } = useTranslation();
  const view = useCell(room.session.view);
  const roster = useCell(room.session.roster);
  const meeting = useCell(room.session.meeting);
  const relief = useCell(room.relief);
  const soundOnly = useCell(room.session.soundOnly);
  const local = useCell(room.media.state);
  const [layout, setLayout] = useState<Layout>("speaker");
  const { wide, panels, toggle, shut } = usePanels();
  const [asked, ask] = useState<Question>();
  const [dialog, setDialog] = useState<"help" | "leave" | undefined>();
  const recovering = view.phase === "recovering" || view.resuming;
  const everyone = useMemo(() => {
    const all = merge(roster, view.peers, view.me);
    // While the line is down nobody is heard: who spoke last is old news.
    return recovering ? all.map((p) => ({ ...p, speaking: false })) : all;
  }, [roster, view.peers, view.me, recovering]);
  const speaker = useSpeaker(everyone);
  useDark();
  useWakeLock();

  const stage = onStage(everyone, speaker);
  const sharer = everyone.find((p) => p.screen !== undefined && !p.me);
  const pictures = !soundOnly && relief < 3;
  // An old computer keeps the picture of whoever speaks; sound only means nobody's.
  const seen = useMemo(
    () =>
      pictures
        ? everyone
        : everyone.map((p) => (p.me || (!soundOnly && p.id === stage?.id) ? p : { ...p, camera: undefined })),
    [everyone, pictures, soundOnly, stage?.id],
  );
  const actions = useActions(
    room,
    everyone.find((p) => p.me),
  );
  const close = () => {
    const which: PanelName = panels.chat ? "chat" : "people";
    shut();
    document.getElementById(`open-${which}`)?.focus();
  };
  const leave = () => (meeting?.host ? setDialog("leave") : room.session.leave());
  useShortcuts({
    mic: actions.mic,
    camera: actions.camera,
    hand: actions.hand,
    share: actions.share,
    people: () => toggle("people"),
    chat: () => toggle("chat"),
  });

  const sharing = sharer !== undefined || local.sharing;
  const alone = !sharing && !recovering && everyone.every((p) => p.me);
  const byGrid = layout === "grid" && !sharing && !alone;
  const onTheStage = sharing || alone ? undefined : seen.find((p) => p.id === stage?.id);
  const tiles = tileOrder(
    seen.filter((p) => sharing || alone || byGrid || p.id !== onTheStage?.id),
    speaker,
  );
  const unread = useUnread(room, panels.chat);
  const panel = panels.people || panels.chat;
  const columns = byGrid
    ? panel
      ? "lg:grid-cols-[minmax(0,1fr)_314px]"
      : "lg:grid-cols-[minmax(0,1fr)]"
    : panel
      ? "lg:grid-cols-[minmax(0,1fr)_188px_314px]"
      : "lg:grid-cols-[minmax(0,1fr)_188px]";
  return (
    // Only what is above the controls scrolls: whether one is heard, and the way out, are always in sight.
    <div className="flex h-dvh flex-col bg-ground text-body">
      <div className="relative flex min-h-0 flex-1 flex-col">
        <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
          <RoomHeader
            room={room}
            layout={layout}
            canGrid={!sharing && !alone}
            onLayout={setLayout}
            onHelp={() => setDialog("help")}
            recovering={recovering}
          />
          <ToastSlot />
          <main
            id="main"
            tabIndex={-1}
            className={`grid min-h-0 flex-1 grid-rows-[minmax(280px,1fr)_auto] gap-2 px-2 sm:px-4 lg:min-h-[400px] lg:grid-rows-1 lg:pb-1 ${columns}`}
          >
            <section aria-label={t("meet.room.stage")} className="flex min-h-[280px] min-w-0 flex-col lg:min-h-0">
              <Bars room={room} />
              {byGrid ? (
                <Grid room={room} people={tiles} limit={relief >= 2 ? 4 : 9} />
              ) : alone ? (
                <Waiting room={room} />
              ) : (
                <Stage
                  room={room}
                  sharer={pictures || sharing ? sharer : undefined}
                  ownShare={local.sharing}
                  person={onTheStage}
                />
              )}
              {wide && <MutedHint room={room} />}
            </section>
            {!byGrid && <TileColumn room={room} people={tiles} limit={relief >= 2 ? 3 : 5} />}
            {panel && wide && <Panel room={room} people={everyone} show={panels} ask={ask} />}
          </main>
        </div>
        {panel && !wide && (
          <Drawer
            key={panels.chat ? "chat" : "people"}
            room={room}
            people={everyone}
            show={panels}
            ask={ask}
            onClose={close}
          />
        )}
      </div>
      {!wide && <MutedHint room={room} />}
      <Controls
        room={room}
        unread={unread}
        people={everyone}
        panels={panels}
        onPanel={toggle}
        actions={actions}
        onLeave={leave}
      />
      <Announcer room={room} people={everyone} chatOpen={panels.chat} />
      <Questions room={room} asked={asked} ask={ask} />
      <HelpDialog room={room} open={dialog === "help"} onClose={() => setDialog(undefined)} />
      <LeaveDialog room={room} open={dialog === "leave"} onClose={() => setDialog(undefined)} />
    </div>
  );
}

/** How many messages came while the chat was shut. */
function useUnread(room: MeetingRoom, open: boolean): number {
  const chat = useCell(room.chat);
  const last = chat.at(-1)?.number ?? 0;
  // What was written before one came in is not news either.
  const [seen, setSeen] = useState(last);
  useEffect(() => {
    if (open) setSeen(last);
  }, [open, last]);
  return open ? 0 : chat.filter((m) => m.number > seen).length;
}

function useSpeaker(people: readonly Person[]): string | undefined {
  const follower = useRef<SpeakerFollower>(null);
  follower.current ??= new SpeakerFollower();
  const [current, setCurrent] = useState<string>();
  const speaking = people.filter((p) => p.speaking && !p.me).map((p) => p.id);
  const names = speaking.join(" ");
  useEffect(() => {
    const feed = () => setCurrent(follower.current?.feed(names === "" ? [] : names.split(" "), performance.now()));
    feed();
    const timer = window.setInterval(feed, 300);
    return () => window.clearInterval(timer);
  }, [names]);
  return current;
}

export interface Actions {
  mic: () => void;
  camera: () => void;
  hand: () => void;
  share: () => void;
}

/** What the buttons and the keys do alike. */
function useActions(room: MeetingRoom, me: Person | undefined): Actions {
  const { t } = useTranslation();
  const toast = useToast();
  const words = useErrorText();
  const up = me?.handAt !== undefined;
  const mic = useCallback(() => {
    const s = room.media.state.get();
    void room.media.setMuted(s.mic.status === "on" ? !s.muted : false).then(() => {
      const after = room.media.state.get().mic;
      if (after.status === "failed")
        toast(t(`meet.media.${after.cause ?? "unknown"}.title`, { device: t("meet.media.microphone") }), "error");
    });
  }, [room, t, toast]);
  const camera = useCallback(() => {
    if (room.media.state.get().camera.status === "on") {
      void room.media.closeCamera();
      return;
    }
    void room.media.openCamera(room.preferred.value.get().videoinput?.id).then(() => {
      const after = room.media.state.get().camera;
      if (after.status === "failed")
        toast(t(`meet.media.${after.cause ?? "unknown"}.title`, { device: t("meet.media.camera") }), "error");
    });
  }, [room, t, toast]);
  const share = useCallback(() => {
    if (room.media.state.get().sharing) {
      void room.media.stopShare();
      return;
    }
    void room.media.startShare().then((cause) => {
      if (cause !== undefined) toast(t("meet.room.shareFailed"), "error");
    });
  }, [room, t, toast]);
  const hand = useCallback(() => {
    raiseHand(room.id, !up).catch((e) => toast(words(e), "error"));
  }, [room, up, toast, words]);
  return { mic, camera, share, hand };
}
