import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { installing } from "./lib/install.svelte";

const target = document.getElementById("app");
if (target === null) throw new Error("The page has lost its place for the app.");
installing.begin();
mount(App, { target });
