export { DisplayPage } from "./DisplayPage";
export { PracticePage } from "./PracticePage";
export { PracticePayPage } from "./PracticePayPage";
