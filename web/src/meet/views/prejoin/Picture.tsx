import { useTranslation } from "react-i18next";
import { useSession } from "@/lib/session";
import { Button, Icon, Status } from "@/ui";
import { fixSteps, type MediaCause } from "../../model/mediaError";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";
import { Video } from "../Video";

/** The own picture, or in its place why there is none and what to do about it. */
export function Picture({ room, onSoundOnly }: { room: MeetingRoom; onSoundOnly: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const { camera, picture, mic } = useCell(room.media.state);
  const name = session.account?.name ?? session.guest?.name ?? "";
  const again = () => void room.media.openCamera(room.preferred.value.get().videoinput?.id);
  const bothAgain = async () => {
    if (mic.status === "failed") await room.media.openMic(room.preferred.value.get().audioinput?.id);
    again();
  };
  if (camera.status === "failed") {
    return (
      <Trouble
        kind="camera"
        both={mic.status === "failed" && mic.cause === camera.cause}
        cause={camera.cause ?? "unknown"}
        onAgain={() => void bothAgain()}
        onSoundOnly={onSoundOnly}
        micWorks={mic.status === "on"}
      />
    );
  }
  return (
    <div className="relative aspect-video w-full overflow-hidden rounded-box bg-tile text-white">
      {picture !== undefined ? (
        <Video track={picture} label={t("meet.prejoin.ownPicture")} mirror className="size-full object-cover" />
      ) : (
        <div className="flex size-full flex-col items-center justify-center gap-2 font-bold">
          <Icon name={camera.status === "opening" ? "cam" : "camOff"} size={40} />
          <span>{t(camera.status === "opening" ? "meet.prejoin.cameraOpening" : "meet.prejoin.cameraOff")}</span>
        </div>
      )}
      <span className="absolute bottom-4 left-4 flex items-center gap-2 rounded-ctl bg-[rgba(16,18,24,.86)] px-3 py-1 font-bold">
        <Icon name={picture === undefined ? "camOff" : "cam"} size={20} />
        {name}
      </span>
      {camera.status !== "opening" && (
        <Button
          icon={picture === undefined ? "cam" : "camOff"}
          onPress={() => (picture === undefined ? again() : void room.media.closeCamera())}
          className="!absolute right-4 bottom-4 !min-h-11 !border-white !px-4 !text-ink !no-underline"
        >
          {t(picture === undefined ? "meet.prejoin.cameraOn" : "meet.prejoin.cameraClose")}
        </Button>
      )}
    </div>
  );
}

function Trouble({
  cause,
  kind,
  both,
  micWorks,
  onAgain,
  onSoundOnly,
}: {
  kind: "camera" | "microphone";
  cause: MediaCause;
  /** the microphone failed for the same reason: the steps are for both */
  both: boolean;
  micWorks: boolean;
  onAgain: () => void;
  onSoundOnly: () => void;
}) {
  const { t } = useTranslation();
  return (
    <section
      role="alert"
      aria-labelledby="camera-trouble"
      className="flex min-h-[336px] flex-col gap-3 rounded-box border border-line bg-paper p-6"
    >
      <h2 id="camera-trouble" className="flex items-center gap-2 text-xl">
        <Icon name="stop" className="text-err" />
        {t(`meet.media.${cause}.title`, { device: t(`meet.media.${kind}`) })}
      </h2>
      {micWorks && <Status tone="ok">{t("meet.prejoin.micWorks")}</Status>}
      <FixSteps cause={cause} kind={both ? "both" : kind} />
      <div className="mt-auto flex flex-wrap gap-4">
        <Button icon="redo" onPress={onAgain}>
          {t("meet.again")}
        </Button>
        <Button icon="headset" onPress={onSoundOnly}>
          {t("meet.prejoin.soundOnly")}
        </Button>
      </div>
    </section>
  );
}

/** What to do, in numbered steps. */
export function FixSteps({ cause, kind }: { cause: MediaCause; kind: "camera" | "microphone" | "both" }) {
  const { t } = useTranslation();
  const { office } = useSession();
  const steps = Array.from({ length: fixSteps[cause] }, (_, i) => i + 1);
  return (
    <ol className="grid list-none gap-1 p-0">
      {steps.map((n) => (
        <li key={n} className="flex min-h-9 items-start gap-3 leading-normal">
          <b
            aria-hidden="true"
            className="grid size-7 shrink-0 place-items-center rounded-full bg-key leading-none text-on-key"
          >
            {n}
          </b>
          <span className="pt-0.5">
            {t(`meet.media.${cause}.step${n}`, {
              device: t(`meet.media.${kind}`),
              host: location.host,
              contact: office.contact || t("meet.media.contact"),
            })}
          </span>
        </li>
      ))}
    </ol>
  );
}
