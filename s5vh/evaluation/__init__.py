"""What codes are worth: rankings, average precision in every protocol, significance, reports and pictures"""
