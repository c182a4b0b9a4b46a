#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <vector>

#include "async/task.hpp"
#include "base/result.hpp"
#include "builds/annotation.hpp"
#include "providers/github/api_client.hpp"

namespace flux::providers::github {

/// One item of GitHub's list (docs.github.com, "List check run annotations").
builds::Annotation annotation_from(const boost::json::value& item);

/// The annotations of a job's check run, which has the job's id: at most 200. Needs the permission to read checks.
async::Task<Result<std::vector<builds::Annotation>>> annotations_of(ApiClient& api, std::int64_t job);

}  // namespace flux::providers::github
