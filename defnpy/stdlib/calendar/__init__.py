"""Calendar, Calendar.ISO, Date, Time, NaiveDateTime, DateTime, Duration and Date.Range."""
