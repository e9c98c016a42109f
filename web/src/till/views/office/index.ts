// The pages behind the counters: closing a day, 会計課, and what is set up before anybody pays.
export { ClosePage } from "./ClosePage";
export { CountersPage } from "./CountersPage";
export { DaysPage } from "./DaysPage";
export { DisplaysPage } from "./DisplaysPage";
export { ExportPage } from "./ExportPage";
export { OfficeHome } from "./HomePage";
export { ImportPage } from "./ImportPage";
export { MatchPage } from "./MatchPage";
export { NoticesPage } from "./NoticesPage";
export { PricesPage } from "./PricesPage";
export { ProvidersPage } from "./ProvidersPage";
export { ReductionsPage } from "./ReductionsPage";
export { StickersPage } from "./StickersPage";
