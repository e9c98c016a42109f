export { CheckPage } from "./check/CheckPage";
export { MeetingPage } from "./MeetingPage";
