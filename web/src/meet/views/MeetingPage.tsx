import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useErrorText } from "@/lib/api/problem";
import { sessionQuery } from "@/lib/session";
import { Button, LinkButton, Notice, Page, Shell, Spinner, useTitle } from "@/ui";
import { meetingQuery } from "../api/getMeeting";
import { MeetingRoom } from "../model/room";
import { Prejoin } from "./prejoin/Prejoin";
import { EndPage } from "./room/EndPage";
import { Joining } from "./room/Joining";
import { Room } from "./room/Room";
import { useCell } from "./useCell";

/** One meeting from the door to the end: prepare, be in, be out. */
export function MeetingPage({ meetingId }: { meetingId: string }) {
  const room = useRoom(meetingId);
  return room === undefined ? null : <Meeting room={room} />;
}

// Made in an effect: what is made there is also closed there, whatever React does in between.
function useRoom(id: string): MeetingRoom | undefined {
  const [room, setRoom] = useState<MeetingRoom>();
  useEffect(() => {
    const made = new MeetingRoom(id);
    setRoom(made);
    return () => made.close();
  }, [id]);
  return room;
}

// Whoever was signed out elsewhere is still signed in as far as this page remembers: it has to ask again.
function useForgetSession(signedOut: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (signedOut) void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  }, [signedOut, client]);
}

function Meeting({ room }: { room: MeetingRoom }) {
  const { t } = useTranslation();
  const words = useErrorText();
  const { phase, ending } = useCell(room.session.view);
  const { data, error, refetch } = useQuery({ ...meetingQuery(room.id), enabled: phase === "idle" });
  const live = useCell(room.session.meeting);
  useTitle(live?.title ?? data?.title ?? "");
  useForgetSession(phase === "ended" && ending?.kind === "signed_out");
  if (phase === "live" || phase === "recovering") return <Room room={room} />;
  if (phase === "joining") return <Joining room={room} title={live?.title ?? data?.title ?? ""} />;
  if (phase === "ended") return <EndPage room={room} title={live?.title ?? data?.title ?? ""} />;
  return (
    <Shell>
      {data !== undefined ? (
        data.state === "ended" ? (
          <EndPage room={room} title={data.title} ending={{ kind: "ended" }} bare />
        ) : (
          <Prejoin room={room} meeting={data} />
        )
      ) : error === null ? (
        <Spinner />
      ) : (
        <Page narrow>
          <h1 className="mb-6 text-[28px]">{t("meet.cannotOpen")}</h1>
          <Notice
            tone="warn"
            live="alert"
            title={words(error)}
            next={
              <div className="flex flex-wrap gap-4">
                <Button icon="redo" onPress={() => void refetch()}>
                  {t("meet.again")}
                </Button>
                <LinkButton href="/">{t("meet.backToday")}</LinkButton>
              </div>
            }
          />
        </Page>
      )}
    </Shell>
  );
}
