// Placeholder until the room exists: the two pages that the router loads lazily.
export function MeetingPage(_: { meetingId: string }) {
  return null;
}
export function CheckPage() {
  return null;
}
