# The R side of the forecast benchmark.
#
#   Rscript rivals.R series OUT
#     writes public daily series: series,value
#   Rscript rivals.R forecast IN OUT CORES
#     reads series,origin,methods,history (the last two with spaces in between)
#     and writes what R's methods expect: series,origin,method,ms,h,mean,low,high;
#     ms is CPU time. The first row has the versions of R and its packages in
#     place of the method.

suppressPackageStartupMessages(library(forecast))

publish <- function(out) {
  all <- list()
  add <- function(name, values) all[[name]] <<- as.numeric(na.omit(values))
  dataset <- function(name, package) {
    place <- new.env()
    utils::data(list = name, package = package, envir = place)
    place[[name]]
  }

  # Trains of Chicago: riders a day at 20 stations, 2001 to 2016. Each station
  # gives five parts of different lengths, from its own last day backwards.
  chicago <- dataset("Chicago", "modeldata")
  stations <- setdiff(names(chicago)[2:21], "ridership")
  for (i in seq_along(stations)) {
    end <- nrow(chicago) - 40 * (i - 1)
    for (n in c(118, 180, 240, 455, 820)) {
      add(sprintf("chicago/%s/%d", stations[i], n), chicago[[stations[i]]][(end - n + 1):end])
      end <- end - n
    }
  }

  # No weekly rhythm: weather, prices, yields.
  for (name in c("temp", "humidity", "pressure", "wind", "wind_max")) {
    add(paste0("weather/", name), tail(chicago[[name]], 400))
  }
  air <- dataset("airquality", "datasets")
  for (name in c("Wind", "Temp")) add(paste0("airquality/", name), air[[name]])
  stocks <- dataset("EuStockMarkets", "datasets")
  for (name in colnames(stocks)) add(paste0("stocks/", name), tail(stocks[, name], 300))
  utils::data("tcmd", package = "tseries", envir = environment())
  for (name in colnames(tcmd)) add(paste0("yields/", name), tail(na.omit(tcmd[, name]), 300))
  add("gold/gold", tail(na.omit(as.numeric(gold)), 300))

  # Half-hours of electricity, summed to days.
  add("taylor/taylor", colSums(matrix(as.numeric(taylor)[1:(48 * 84)], nrow = 48)))

  rows <- data.frame(series = rep(names(all), lengths(all)), value = unlist(all, use.names = FALSE))
  write.csv(rows, out, row.names = FALSE, quote = FALSE)
}

rival <- function(y, method) {
  spent <- function() sum(proc.time()[c("user.self", "sys.self")])
  started <- spent()
  f <- switch(method,
    ets = forecast(ets(y), h = 30, level = 80),
    snaive = snaive(y, h = 30, level = 80),
    arima = forecast(auto.arima(y), h = 30, level = 80)
  )
  ms <- 1000 * (spent() - started)
  data.frame(method = method, ms = ms, h = 1:30, mean = as.numeric(f$mean), low = as.numeric(f$lower), high = as.numeric(f$upper))
}

answer <- function(path, out, cores) {
  questions <- read.csv(path, colClasses = c("character", "integer", "character", "character"))
  one <- function(i) {
    y <- ts(as.numeric(strsplit(questions$history[i], " ")[[1]]), frequency = 7)
    rows <- do.call(rbind, lapply(strsplit(questions$methods[i], " ")[[1]], function(m) rival(y, m)))
    cbind(series = questions$series[i], origin = questions$origin[i], rows)
  }
  # The slow ones first, so that no core is left alone with them.
  order <- order(-nchar(questions$methods), -nchar(questions$history))
  answers <- parallel::mclapply(order, one, mc.cores = cores, mc.preschedule = FALSE)
  failed <- Filter(function(a) inherits(a, "try-error"), answers)
  if (length(failed) > 0) stop(failed[[1]])
  packages <- c("forecast", "modeldata", "tseries")
  versions <- sapply(packages, function(p) as.character(packageVersion(p)))
  versions <- paste0(R.version.string, "; ", paste(packages, versions, collapse = "; "))
  first <- data.frame(series = "versions", origin = 0, method = versions, ms = 0, h = 0, mean = 0, low = 0, high = 0)
  write.csv(rbind(first, do.call(rbind, answers)), out, row.names = FALSE, quote = FALSE)
}

arguments <- commandArgs(trailingOnly = TRUE)
switch(arguments[1],
  series = publish(arguments[2]),
  forecast = answer(arguments[2], arguments[3], as.integer(arguments[4]))
)
