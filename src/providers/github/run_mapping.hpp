#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "builds/run.hpp"

namespace flux::providers::github {

/// A `workflow-run` of GitHub's REST API. Words that are not known read as the nearest that hides no failure, and
/// `reason` names them.
builds::Run run_from(const boost::json::object& object);

/// A `job` with its steps.
builds::Job job_from(const boost::json::object& object);

/// `deploy.yml` of `.github/workflows/deploy.yml@refs/heads/main`.
std::string workflow_file_of(std::string_view path);

}  // namespace flux::providers::github
