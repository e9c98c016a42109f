import { useTranslation } from "react-i18next";
import { useErrorText } from "@/lib/api/problem";
import { Confirm, useToast } from "@/ui";
import { changeMeeting } from "../../api/changeMeeting";
import { muteParticipant } from "../../api/muteParticipant";
import { removeParticipant } from "../../api/removeParticipant";
import type { MeetingRoom } from "../../model/room";
import type { Person } from "../../model/roster";
import { InviteDialog } from "./InviteDialog";

/** What the list of participants opens over the room. */
export type Question = { kind: "remove" | "hand"; person: Person } | { kind: "muteAll" } | { kind: "invite" };

/** Does it and says so, or says why not. */
export function useRun(): (p: Promise<unknown>, done?: string) => Promise<unknown> {
  const toast = useToast();
  const words = useErrorText();
  return (p, done) =>
    p.then(
      () => done && toast(done),
      (e) => toast(words(e), "error"),
    );
}

/** The dialogs of the list. They live beside it: the list goes when a tablet is turned, and a question must not. */
export function Questions({
  room,
  asked: all,
  ask,
}: {
  room: MeetingRoom;
  asked: Question | undefined;
  ask: (q: Question | undefined) => void;
}) {
  const { t } = useTranslation();
  const run = useRun();
  const asked = all?.kind === "invite" ? undefined : all;
  return (
    <>
      <Confirm
        open={asked !== undefined}
        title={
          asked === undefined
            ? ""
            : asked.kind === "muteAll"
              ? t("meet.host.muteAllAsk")
              : t(`meet.host.${asked.kind}Ask`, { name: asked.person.name })
        }
        action={asked === undefined ? "" : t(`meet.host.${asked.kind}Do`)}
        danger={asked?.kind === "remove"}
        onCancel={() => ask(undefined)}
        onConfirm={() => {
          const q = asked;
          ask(undefined);
          if (q === undefined) return;
          if (q.kind === "muteAll") void run(muteParticipant(room.id, "microphone"), t("meet.host.mutedAll"));
          else if (q.kind === "remove")
            void run(removeParticipant(room.id, q.person.id), t("meet.host.removed", { name: q.person.name }));
          else void run(changeMeeting(room.id, { host: q.person.id }), t("meet.host.handed", { name: q.person.name }));
        }}
      >
        {asked === undefined ? "" : t(`meet.host.${asked.kind}Note`)}
      </Confirm>
      <InviteDialog room={room} open={all?.kind === "invite"} onClose={() => ask(undefined)} />
    </>
  );
}
