import bench from "./bench.json";
import common from "./common.json";
import diagnostics from "./diagnostics.json";
import history from "./history.json";
import now from "./now.json";
import people from "./people.json";
import settings from "./settings.json";
import setup from "./setup.json";
import station from "./station.json";

export default {
  ...common,
  ...now,
  ...history,
  ...settings,
  ...setup,
  ...diagnostics,
  ...people,
  ...bench,
  ...station,
};
