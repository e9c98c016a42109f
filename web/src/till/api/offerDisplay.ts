import { api, call } from "@/lib/api/client";

/** Asks for a code that makes this browser a customer display once a clerk has typed it. */
export const offerDisplay = () => call(api.POST("/api/till/displays"));
