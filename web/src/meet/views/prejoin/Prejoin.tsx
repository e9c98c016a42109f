import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import { useNow } from "@/lib/clock";
import { clockTime, standing } from "@/lib/time";
import { Button, Icon, LinkButton, Page, PageTitle, Status } from "@/ui";
import { pick } from "../../model/devices";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";
import { type DeviceLists, useDeviceLists } from "../useDeviceLists";
import { CameraRow, MicRow, SpeakerRow } from "./DeviceRows";
import { Effects } from "./Effects";
import { Picture } from "./Picture";

/** The last look in the mirror. Whatever is missing or blocked, there is a button to join all the same. */
export function Prejoin({ room, meeting }: { room: MeetingRoom; meeting: Schemas["Meeting"] }) {
  const { t } = useTranslation();
  const local = useCell(room.media.state);
  const devices = useOpening(room);
  useTicketAhead(room);
  const due = standing(meeting, useNow()).kind === "due";
  // Whoever presses before the devices are open does not wait for them: they are published when they are ready.
  const join = (withCamera: boolean) => {
    if (!withCamera) void room.media.closeCamera();
    else if (room.media.cameraWanted && local.camera.status === "off")
      void room.media.openCamera(room.preferred.value.get().videoinput?.id);
    room.session.join();
  };
  const noMic = local.mic.status === "failed" || local.mic.status === "off";
  return (
    <Page className="!py-4">
      <div className="mb-2 flex min-h-16 flex-wrap items-center gap-x-4 gap-y-1">
        <PageTitle>{meeting.title}</PageTitle>
        {meeting.state === "open" ? (
          <Status tone="now">{t("meet.prejoin.open")}</Status>
        ) : (
          <Status tone="plain" icon="clock">
            {t(due ? "today.due" : "meet.prejoin.scheduled")}
          </Status>
        )}
        <span className="text-sub">
          {t("meet.prejoin.when", { from: clockTime(meeting.starts_at), to: clockTime(meeting.ends_at) })}
        </span>
        <LinkButton look="text" href="/" className="ml-auto -mr-3">
          {t("meet.backToday")}
        </LinkButton>
      </div>
      <div className="grid gap-x-12 gap-y-6 lg:grid-cols-2">
        <div className="flex flex-col gap-4">
          <Picture room={room} onSoundOnly={() => join(false)} />
          <Effects room={room} />
        </div>
        <div>
          <MicRow room={room} devices={devices.audioinput} />
          <SpeakerRow room={room} devices={devices.audiooutput} />
          <CameraRow room={room} devices={devices.videoinput} />
          <div className="grid gap-4 sm:grid-cols-[1fr_232px]">
            <Button look="primary" size="xl" onPress={() => join(true)}>
              {t("meet.prejoin.join")}
            </Button>
            <Button onPress={() => join(false)} icon="headset" className="min-h-16 !px-3">
              {noMic ? t("meet.prejoin.listenOnly") : t("meet.prejoin.soundOnly")}
            </Button>
          </div>
          <p className="mt-2 flex items-start justify-end gap-2 text-sub">
            {noMic && local.mic.status !== "off" && <Icon name="info" size={20} className="mt-1" />}
            {noMic && local.mic.status !== "off" ? t("meet.prejoin.noMicNote") : t("meet.prejoin.noCameraNote")}
          </p>
        </div>
      </div>
    </Page>
  );
}

/** Sees that the press has a ticket at hand, as long as somebody is at the page. */
function useTicketAhead(room: MeetingRoom): void {
  useEffect(() => {
    const here = () => {
      if (!document.hidden) room.session.prepare();
    };
    here();
    const signs = ["pointermove", "pointerdown", "keydown", "focus", "visibilitychange"];
    for (const s of signs) window.addEventListener(s, here, { passive: true });
    return () => {
      for (const s of signs) window.removeEventListener(s, here);
    };
  }, [room]);
}

/** Opens microphone and camera once, with the devices chosen last. */
function useOpening(room: MeetingRoom): DeviceLists {
  const { mic, camera } = useCell(room.media.state);
  useEffect(() => {
    let gone = false;
    void (async () => {
      const p = room.preferred.value.get();
      // One after the other: two questions at once would be two windows on top of each other.
      if (room.media.state.get().mic.status === "off") await room.media.openMic(p.audioinput?.id);
      if (gone) return;
      if (room.media.cameraWanted && room.media.state.get().camera.status === "off")
        await room.media.openCamera(p.videoinput?.id);
      if (gone || room.weak) return;
      if (p.blur) void room.media.setBlur(true);
      if (p.quiet) void room.media.setQuiet(true);
    })();
    return () => {
      gone = true;
    };
  }, [room]);
  const lists = useDeviceLists(`${mic.status} ${camera.status}`);
  // A browser's data was cleared: ids are new, names are not. Go back to the device chosen by name.
  useEffect(() => {
    const p = room.preferred.value.get().audioinput;
    const d = pick(lists.audioinput, p);
    if (d === undefined || p === undefined || d.id === p.id) return;
    room.preferred.change({ audioinput: d });
    void room.media.openMic(d.id);
  }, [room, lists]);
  return lists;
}
