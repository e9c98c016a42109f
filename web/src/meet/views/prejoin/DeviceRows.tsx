import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Icon, type IconName, Notice, Select, Status } from "@/ui";
import { type Device, pick } from "../../model/devices";
import type { MediaCause } from "../../model/mediaError";
import type { MeetingRoom } from "../../model/room";
import { bars, playTestTone, watchLevel } from "../../model/voice";
import { useCell } from "../useCell";
import { FixSteps } from "./Picture";

/** What the list says while it is empty. A device one may not use is not a device that is gone. */
function emptyWords({ status, cause }: { status: string; cause?: MediaCause }) {
  if (status === "opening") return "meet.prejoin.looking";
  const refused = status === "failed" && cause !== undefined && refusals.has(cause);
  return refused ? "meet.prejoin.blocked" : "meet.prejoin.none";
}
const refusals: ReadonlySet<MediaCause> = new Set(["insecure", "policy", "denied", "dismissed", "system"]);

const meterBars = 13;

function Row({ icon, label, children }: { icon: IconName; label: string; children: ReactNode }) {
  return (
    <div className="mb-4 grid grid-cols-[32px_1fr] items-center gap-2 border-line border-b pb-4 sm:grid-cols-[32px_96px_minmax(0,1fr)]">
      <Icon name={icon} className="text-key" />
      <span aria-hidden="true" className="palt font-bold text-ink">
        {label}
      </span>
      <div className="col-span-2 flex min-w-0 flex-col gap-2 sm:col-span-1">{children}</div>
    </div>
  );
}

/** A list with the system's own choice on top, so that it works before permission too. */
function options(devices: readonly Device[], fallback: string) {
  return devices.length === 0 ? [{ id: "", label: fallback }] : devices.map((d) => ({ id: d.id, label: d.label }));
}

function chosen(
  devices: readonly Device[],
  now: string | undefined,
  room: MeetingRoom,
  kind: "audioinput" | "audiooutput" | "videoinput",
): string {
  return (
    devices.find((d) => d.id === now)?.id ?? pick(devices, room.preferred.value.get()[kind])?.id ?? devices[0]?.id ?? ""
  );
}

export function MicRow({ room, devices }: { room: MeetingRoom; devices: readonly Device[] }) {
  const { t } = useTranslation();
  const { mic, micTrack, camera } = useCell(room.media.state);
  // The same steps stand in the picture's place already, for both.
  const said = camera.status === "failed" && camera.cause === mic.cause;
  useCell(room.preferred.value);
  const label = t("meet.prejoin.mic");
  const choose = (id: string) => {
    const d = devices.find((x) => x.id === id);
    if (d === undefined) return;
    room.preferred.change({ audioinput: d });
    void room.media.openMic(d.id);
  };
  return (
    <Row icon="mic" label={label}>
      <Select
        hideLabel
        label={label}
        options={options(devices, t(emptyWords(mic)))}
        value={chosen(devices, micTrack?.getSettings().deviceId, room, "audioinput")}
        onChange={choose}
        isDisabled={devices.length === 0}
      />
      {mic.status === "failed" ? (
        <Notice
          tone="error"
          live="alert"
          title={t(`meet.media.${mic.cause ?? "unknown"}.title`, { device: t("meet.media.microphone") })}
          still={said ? undefined : <FixSteps cause={mic.cause ?? "unknown"} kind="microphone" />}
          next={
            <Button icon="redo" onPress={() => void room.media.openMic()}>
              {t("meet.again")}
            </Button>
          }
        />
      ) : (
        <Meter track={micTrack} />
      )}
    </Row>
  );
}

/** Lit bars, and in words whether anything comes in at all. */
export function Meter({ track, onHeard }: { track: MediaStreamTrack | undefined; onHeard?: () => void }) {
  const { t } = useTranslation();
  const [level, setLevel] = useState(0);
  const [heard, setHeard] = useState(false);
  useEffect(() => {
    setLevel(0);
    setHeard(false);
    if (track === undefined) return;
    return watchLevel(track, (rms) => {
      const lit = bars(rms, meterBars);
      setLevel(lit);
      if (lit >= 5) {
        setHeard(true);
        onHeard?.();
      }
    });
  }, [track, onHeard]);
  return (
    <div className="flex min-h-6 flex-wrap items-center gap-x-4 gap-y-1">
      <span aria-hidden="true" className="flex gap-1">
        {Array.from({ length: meterBars }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the bars of a meter have no other name than their place
          <i key={i} className={`h-6 w-[9px] rounded-[3px] ${i < level ? "bg-ok" : "bg-[#dfe1e8]"}`} />
        ))}
      </span>
      <span role="status">
        {heard ? (
          <Status tone="ok">{t("meet.prejoin.heard")}</Status>
        ) : (
          <span className="text-sub">{track === undefined ? "" : t("meet.prejoin.speak")}</span>
        )}
      </span>
    </div>
  );
}

export function SpeakerRow({
  room,
  devices,
  onChosen,
}: {
  room: MeetingRoom;
  devices: readonly Device[];
  onChosen?: (id: string) => void;
}) {
  const { t } = useTranslation();
  const [playing, setPlaying] = useState(false);
  const p = useCell(room.preferred.value);
  const label = t("meet.prejoin.speaker");
  const value = chosen(devices, p.audiooutput?.id, room, "audiooutput");
  const play = async () => {
    setPlaying(true);
    await playTestTone(value || undefined).catch(() => {});
    setPlaying(false);
  };
  return (
    <Row icon="speaker" label={label}>
      <div className="flex gap-2">
        <Select
          hideLabel
          label={label}
          options={options(devices, t("meet.prejoin.systemSpeaker"))}
          value={value}
          onChange={(id) => {
            const d = devices.find((x) => x.id === id);
            if (d === undefined) return;
            room.preferred.change({ audiooutput: d });
            onChosen?.(d.id);
          }}
          isDisabled={devices.length === 0}
          className="flex-1"
        />
        <Button onPress={() => void play()} isPending={playing} className="!px-4 !no-underline">
          {t("meet.prejoin.play")}
        </Button>
      </div>
    </Row>
  );
}

export function CameraRow({ room, devices }: { room: MeetingRoom; devices: readonly Device[] }) {
  const { t } = useTranslation();
  const { camera } = useCell(room.media.state);
  const p = useCell(room.preferred.value);
  const label = t("meet.prejoin.camera");
  return (
    <Row icon="cam" label={label}>
      <Select
        hideLabel
        label={label}
        options={options(devices, t(emptyWords(camera)))}
        value={chosen(devices, p.videoinput?.id, room, "videoinput")}
        onChange={(id) => {
          const d = devices.find((x) => x.id === id);
          if (d === undefined) return;
          room.preferred.change({ videoinput: d });
          void room.media.openCamera(d.id);
        }}
        isDisabled={devices.length === 0}
      />
    </Row>
  );
}
