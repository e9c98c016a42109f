import { useParams } from "@tanstack/react-router";
import { MeetingPage } from "@/meet/views";

/** Gives the room its meeting. A new meeting is a new room: nothing of the old one stays. */
export function MeetingRoute() {
  const { meeting } = useParams({ strict: false });
  return <MeetingPage key={meeting} meetingId={meeting ?? ""} />;
}
